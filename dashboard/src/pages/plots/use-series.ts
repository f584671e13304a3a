import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

import { tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { isRecording } from '../../plots/recording.ts';
import { throttled } from '../../values/throttled.ts';

/** Something that can be plotted. */
export interface SeriesEntry {
  /** `nitrogen.fMeasure` */
  readonly key: string;
  readonly unit: string;
}

interface SeriesReport {
  readonly instrument: string;
  readonly parameter: string;
  readonly unit?: string;
  readonly kind: 'number' | 'boolean' | 'text';
}

/** What is recorded, and what is polled now, by name; the same list until there is another series. */
export function useSeries(): readonly SeriesEntry[] {
  const gateway = useGateway();
  const client = gateway.client.value;
  const recorded = useSignal<readonly SeriesReport[]>([]);
  const polled = useSignal<readonly SeriesEntry[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    type Answer = { readonly series: readonly SeriesReport[] };
    const ask = async (): Promise<void> => {
      if (!(await isRecording(client))) return;
      const path = ['history', 'series'];
      const { series } = await client.request<Answer>('GET', path, { signal: stop.signal });
      recorded.value = series;
    };
    ask().catch((error: unknown) => {
      if (!stop.signal.aborted) tellError(error);
    });
    return () => stop.abort();
  }, [client]);
  useEffect(() => {
    const units = new Map<string, string>();
    const look = throttled(() => {
      polled.value = Array.from(units, ([key, unit]) => ({ key, unit }));
    });
    return gateway.records.follow('*', ({ instrument, values }) => {
      let isNew = false;
      for (const [name, { value, unit = '' }] of Object.entries(values)) {
        const key = `${instrument}.${name}`;
        if (typeof value !== 'number' && typeof value !== 'boolean') continue;
        if (units.get(key) === unit) continue;
        units.set(key, unit);
        isNew = true;
      }
      if (isNew) look(undefined);
    });
  }, [gateway]);
  return useMemo(() => {
    const units = new Map<string, string>();
    for (const { instrument, parameter, unit = '', kind } of recorded.value) {
      if (kind !== 'text') units.set(`${instrument}.${parameter}`, unit);
    }
    for (const { key, unit } of polled.value) units.set(key, unit);
    return Array.from(units, ([key, unit]) => ({ key, unit })).toSorted((one, other) =>
      one.key < other.key ? -1 : 1,
    );
  }, [recorded.value, polled.value]);
}
