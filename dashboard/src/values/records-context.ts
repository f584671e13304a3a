import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { LiveRecords } from './live-records.ts';

/** The newest values, for everything below. */
export const RecordsContext = createContext<LiveRecords | undefined>(undefined);

/** The newest values of the gateway that this page belongs to. */
export function useLiveRecords(): LiveRecords {
  const records = useContext(RecordsContext);
  if (records === undefined) throw new Error('there are no values around this component');
  return records;
}
