// Records without end until it is killed, and says on standard output what is there for good.
import { writeSync } from 'node:fs';
import type * as Room from '../../../../src/telemetry/index.ts';

const [, , path = '', telemetry = ''] = process.argv;
const { Recorder, SqliteHistory } = (await import(telemetry)) as typeof Room;
const store = new SqliteHistory({ path });
const recorder = new Recorder({ store, batchMost: 500 });
// After those of lives before.
let next = Number(process.argv[4] ?? 0);

async function record(): Promise<void> {
  for (;;) {
    const from = next;
    next += 40;
    const samples = Array.from({ length: 40 }, (_, index) => ({
      instrument: `i${(from + index) % 7}`,
      parameter: 'x',
      value: from + index,
      atMs: 1_000_000 + (from + index) * 50,
    }));
    await recorder.append(samples);
    writeSync(1, `${from}\n`);
  }
}

await store.open();
writeSync(1, 'ready\n');
await Promise.all([record(), record(), record()]);
