import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { hasCode } from '../../../../src/kernel/index.ts';
import { tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { useAllRecords } from '../../values/use-records.ts';

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

/** What is recorded, and what is polled now, by name. */
export function useSeries(): readonly SeriesEntry[] {
  const client = useGateway().client.value;
  const recorded = useSignal<readonly SeriesReport[]>([]);
  const { records } = useAllRecords();
  useEffect(() => {
    const stop = new AbortController();
    type Answer = { readonly series: readonly SeriesReport[] };
    client.request<Answer>('GET', ['history', 'series'], { signal: stop.signal }).then(
      ({ series }) => (recorded.value = series),
      (error: unknown) => {
        if (!stop.signal.aborted && !hasCode(error, 'NOT_FOUND')) tellError(error);
      },
    );
    return () => stop.abort();
  }, [client]);
  const units = new Map<string, string>();
  for (const { instrument, parameter, unit = '', kind } of recorded.value) {
    if (kind !== 'text') units.set(`${instrument}.${parameter}`, unit);
  }
  for (const { instrument, values } of records.values()) {
    for (const [name, { value, unit = '' }] of Object.entries(values)) {
      if (typeof value === 'number' || typeof value === 'boolean') {
        units.set(`${instrument}.${name}`, unit);
      }
    }
  }
  return Array.from(units, ([key, unit]) => ({ key, unit })).toSorted((one, other) =>
    one.key < other.key ? -1 : 1,
  );
}
