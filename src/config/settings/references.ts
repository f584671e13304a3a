import type { KeyPath } from '../store/table.ts';
import type { ConfigTransaction } from '../store/transaction.ts';

/** Where other parts of a configuration name a thing; `*` is any name or element. */
const namedIn: Readonly<Record<string, readonly KeyPath[]>> = {
  ports: [['instruments', '*', 'port']],
  simulators: [['ports', '*', 'simulator']],
  workers: [['ports', '*', 'worker']],
  instruments: [
    ['csvLogs', '*', 'instruments', '*'],
    ['alarms', '*', 'player'],
    ['jobs', '*', 'steps', '*', 'instrument'],
  ],
};

/** Renames a thing wherever others name it. @param kind the table that it is in: `ports` */
export function renameReferences(
  tx: ConfigTransaction<unknown>,
  kind: string,
  from: string,
  to: string,
): void {
  for (const pattern of namedIn[kind] ?? []) {
    for (const path of placesOf(tx, pattern, [])) {
      if (tx.get(path) === from) tx.set(path, to);
    }
  }
}

function placesOf(tx: ConfigTransaction<unknown>, pattern: KeyPath, before: KeyPath): KeyPath[] {
  const [part, ...rest] = pattern;
  if (part === undefined) return [before];
  if (part !== '*') return placesOf(tx, rest, [...before, part]);
  const table = tx.get(before);
  if (typeof table !== 'object' || table === null) return [];
  return Object.keys(table).flatMap((name) => placesOf(tx, rest, [...before, name]));
}
