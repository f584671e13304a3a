// Records on a small file system until it is full (or fails), makes room, and says what came of it.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LatestValues, Recorder, SqliteHistory } from '../../../../src/telemetry/index.ts';

const [, , path = '', kind = ''] = process.argv;
const ballast = join(dirname(path), 'ballast');
if (kind === 'full') writeFileSync(ballast, Buffer.alloc(1_200_000, 1));
const store = new SqliteHistory({ path });
const latest = new LatestValues();
const recorder = new Recorder({ store, batchMost: 1_000, batchMs: 20 });
const stopped = Promise.withResolvers<void>();
const resumed = Promise.withResolvers<void>();
recorder.events.on('stopped', ({ error }) => {
  console.log(`stopped ${error.code}`);
  stopped.resolve();
});
recorder.events.on('resumed', () => {
  console.log('resumed');
  resumed.resolve();
});
recorder.follow(latest);

let given = 0;
let acknowledged = 0;
while (recorder.status().state !== 'stopped') {
  const values = Array.from({ length: 500 }, (_, index) => ({
    instrument: 'a',
    parameter: `p${index % 3}`,
    value: given + index,
    atMs: 1_000_000 + given + index,
  }));
  given += values.length;
  const durable = recorder.append(values);
  await Promise.race([durable.then(() => (acknowledged += values.length)), stopped.promise]);
}
latest.set('b', { x: { value: 1 } }, 1);
given += 1;
if (latest.get('b')?.values['x']?.value === 1) console.log('beside it all goes on');
rmSync(ballast, { force: true });
await resumed.promise;
await recorder.flush();
const { stored, duplicates, dropped } = recorder.status();
await recorder.close();
let found = 0;
for (const { instrument, parameter } of await store.series()) {
  const query = { fromMs: 0, toMs: 10_000_000_000, points: 1 };
  const [series] = await store.query({ series: [{ instrument, parameter }], ...query });
  found += series?.count.reduce((sum, each) => sum + each, 0) ?? 0;
}
await store[Symbol.asyncDispose]();
console.log(JSON.stringify({ given, acknowledged, stored, duplicates, dropped, found }));
