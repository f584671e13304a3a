import { useGateway } from '../gateway/gateway-context.ts';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { throttled } from './throttled.ts';
import type { ValuesRecord } from './values-record.ts';

/** The newest values of an instrument, kept up to date while the component is there. */
export function useRecord(instrument: string): ValuesRecord | undefined {
  const records = useGateway().records;
  const shown = useSignal(records.get(instrument));
  useEffect(() => {
    shown.value = records.get(instrument);
    return records.follow(
      instrument,
      throttled((record) => (shown.value = record)),
    );
  }, [records, instrument]);
  return shown.value;
}

/** The newest values of all instruments. @returns them, and a count that moves with them */
export function useAllRecords(): {
  readonly records: ReadonlyMap<string, ValuesRecord>;
  readonly revision: number;
} {
  const records = useGateway().records;
  const revision = useSignal(0);
  useEffect(
    () =>
      records.follow(
        '*',
        throttled(() => (revision.value += 1)),
      ),
    [records],
  );
  return { records: records.all, revision: revision.value };
}
