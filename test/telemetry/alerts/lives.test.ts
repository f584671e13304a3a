import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { AlertBench, AlertFolder, rulesOf } from './support.ts';

const hot = `[alerts.hot]
parameter = "p"
is = "above"
value = 70
`;

test('what does not hold for long enough is not raised; a value that is not good begins the wait anew', async () => {
  await using bench = new AlertBench(`${hot}forS = 10\nclearForS = 20`);
  await bench.set('oven', { p: 71 });
  await bench.pass(9);
  await bench.set('oven', { p: 60 });
  await bench.set('oven', { p: 71 });
  await bench.pass(9);
  await bench.fail('oven', 'p');
  await bench.set('oven', { p: 71 });
  await bench.pass(9.8);
  expect(bench.news()).toEqual([]);
  await bench.pass(0.2);
  expect(bench.news()).toEqual(['raised hot oven']);
  await bench.set('oven', { p: 60 });
  await bench.pass(19);
  await bench.set('oven', { p: 71 });
  await bench.set('oven', { p: 60 });
  await bench.pass(19.9);
  expect(bench.news()).toEqual([]);
  await bench.pass(0.2);
  expect(bench.news()).toEqual(['cleared hot oven']);
});

test('a rule is about the instruments of its names and families alone', async () => {
  await using bench = new AlertBench(`${hot}instruments = ["mfc*"]
[alerts.scpi]
parameter = "p"
is = "above"
value = 70
drivers = ["scpi"]`);
  for (const name of ['mfc-1', 'mfc-2', 'oven', 'stranger']) await bench.set(name, { p: 80 });
  expect(bench.news()).toEqual(['raised hot mfc-1', 'raised hot mfc-2', 'raised scpi oven']);
});

test('an alert that holds over a restart is not told again, and is cleared once', async () => {
  using folder = new AlertFolder();
  const clock = new ManualClock();
  const { path } = folder;
  {
    await using bench = new AlertBench(hot, { path, clock, life: 'one' });
    await bench.set('oven', { p: 80 });
    expect(bench.sent).toEqual(['raised oven']);
  }
  {
    await using bench = new AlertBench(hot, { path, clock, life: 'two' });
    expect(bench.alerts.open()).toMatchObject([{ alert: 'hot', subject: 'oven', id: 1 }]);
    await bench.set('oven', { p: 81 });
    expect(bench.sent).toEqual([]);
    await bench.set('oven', { p: 60 });
    expect(bench.sent).toEqual(['cleared oven']);
  }
  await using bench = new AlertBench(hot, { path, clock, life: 'three' });
  await bench.set('oven', { p: 60 });
  expect(bench.sent).toEqual([]);
  await bench.set('oven', { p: 90 });
  expect(bench.notices.map(({ key }) => key)).toEqual(['three-2-raised']);
});

test('a block that was found while the gateway was away is told, once', async () => {
  using folder = new AlertFolder();
  const rule = '[alerts.block]\npreset = "miner-block-found"\ndrivers = ["scpi"]';
  const { path } = folder;
  {
    await using bench = new AlertBench(rule, { path });
    await bench.set('oven', { blocksFound: 3 });
  }
  for (const expected of [['raised oven'], []]) {
    await using bench = new AlertBench(rule, { path });
    await bench.set('oven', { blocksFound: 4 });
    expect(bench.sent).toEqual(expected);
  }
});

test('what is of a rule or an instrument that is gone is over, also after a restart', async () => {
  using folder = new AlertFolder();
  const { path } = folder;
  {
    await using bench = new AlertBench(
      `${hot}[alerts.other]\nparameter = "q"\nis = "above"\nvalue = 1`,
      { path },
    );
    await bench.set('oven', { p: 80, q: 2 });
    await bench.set('mfc-1', { p: 80 });
    bench.alerts.configure(rulesOf(hot));
    await bench.pass(0.1);
    expect(bench.news().at(-1)).toBe('cleared other oven');
    bench.instruments.delete('mfc-1');
    bench.latest.remove('mfc-1');
    await bench.pass(0.1);
    expect(bench.news()).toEqual(['cleared hot mfc-1']);
  }
  // The same name, but of another parameter.
  await using bench = new AlertBench(hot.replace('"p"', '"q"'), { path });
  await bench.pass(0.1);
  expect(bench.sent).toEqual(['cleared oven']);
  const [last] = bench.alerts.history({ limit: 1, alert: 'hot', beforeId: 3 });
  expect(last?.end).toBe('rule-changed');
});

test('a threshold that is changed is judged at once, by what is known', async () => {
  await using bench = new AlertBench(hot);
  await bench.set('oven', { p: 75 });
  bench.alerts.configure(rulesOf(hot.replace('70', '80')));
  await bench.pass(0.1);
  expect(bench.news()).toEqual(['raised hot oven', 'cleared hot oven']);
  bench.alerts.configure(rulesOf(hot.replace('70', '72')));
  await bench.pass(0.1);
  expect(bench.news()).toEqual(['raised hot oven']);
  bench.alerts.configure(rulesOf(`${hot}enabled = false`));
  await bench.pass(0.1);
  expect(bench.news()).toEqual(['cleared hot oven']);
});

test('another rule that is changed begins no wait of this one anew', async () => {
  const waiting = `${hot}forS = 10\n`;
  const other = (value: number): string =>
    `[alerts.other]\nparameter = "q"\nis = "above"\nvalue = ${value}`;
  await using bench = new AlertBench(`${waiting}${other(1)}`);
  await bench.set('oven', { p: 75 });
  await bench.pass(9);
  bench.alerts.configure(rulesOf(`${waiting}${other(2)}`));
  await bench.pass(1.1);
  expect(bench.news()).toEqual(['raised hot oven']);
});

test('values that are forgotten and come again, as when polls are changed, tell nothing anew', async () => {
  await using bench = new AlertBench(hot);
  await bench.set('oven', { p: 80 });
  bench.latest.remove('oven');
  await bench.pass(5);
  await bench.set('oven', { p: 81 });
  await bench.pass(120);
  expect(bench.sent).toEqual(['raised oven']);
  // Not polled any more.
  bench.latest.remove('oven');
  await bench.set('oven', { q: 1 });
  await bench.pass(61);
  expect(bench.sent).toEqual(['raised oven', 'cleared oven']);
});

test('a silence keeps ways from being told; what is still raised at its end is told then, once', async () => {
  using folder = new AlertFolder();
  const clock = new ManualClock();
  const { path } = folder;
  {
    await using bench = new AlertBench(hot, { path, clock });
    bench.alerts.silence({ alert: 'h*', forMs: 600_000, by: 'ada', why: 'maintenance' });
    await bench.set('oven', { p: 80 });
    await bench.set('mfc-1', { p: 80 });
    await bench.set('mfc-1', { p: 60 });
    expect(bench.sent).toEqual([]);
    // Pages show it all the same.
    expect(bench.news()).toEqual(['raised hot oven', 'raised hot mfc-1', 'cleared hot mfc-1']);
  }
  await using bench = new AlertBench(hot, { path, clock });
  expect(bench.alerts.silences()).toMatchObject([{ alert: 'h*', by: 'ada', why: 'maintenance' }]);
  await bench.pass(500);
  expect(bench.sent).toEqual([]);
  await bench.pass(100);
  expect(bench.sent).toEqual(['raised oven']);
  expect(bench.alerts.silences()).toEqual([]);
  await bench.set('oven', { p: 60 });
  expect(bench.sent).toEqual(['raised oven', 'cleared oven']);
});

test('a silence of one subject leaves the others, and can be ended before its time', async () => {
  await using bench = new AlertBench(hot);
  bench.alerts.silence({ alert: 'hot', subject: 'mfc-*', forMs: 600_000, by: 'ada' });
  await bench.set('oven', { p: 80 });
  await bench.set('mfc-1', { p: 80 });
  expect(bench.sent).toEqual(['raised oven']);
  expect(bench.alerts.endSilence('hot')).toHaveLength(1);
  expect(bench.sent).toEqual(['raised oven', 'raised mfc-1']);
  expect(bench.alerts.endSilence('hot')).toEqual([]);
});

test('reminders come at their times until somebody acknowledges, also over a restart', async () => {
  using folder = new AlertFolder();
  const clock = new ManualClock();
  const rule = `${hot}remindEveryS = 600`;
  const { path } = folder;
  {
    await using bench = new AlertBench(rule, { path, clock });
    await bench.set('oven', { p: 80 });
    await bench.pass(1_201);
    expect(bench.sent).toEqual(['raised oven', 'reminded oven', 'reminded oven']);
    expect(new Set(bench.notices.map(({ key }) => key)).size).toBe(3);
    await bench.pass(300);
  }
  await using bench = new AlertBench(rule, { path, clock });
  await bench.pass(299);
  expect(bench.sent).toEqual(['reminded oven']);
  expect(bench.alerts.acknowledge('hot', { by: 'ada', why: 'the fan' })).toMatchObject([
    { subject: 'oven', acknowledged: { by: 'ada', why: 'the fan' } },
  ]);
  expect(bench.alerts.acknowledge('hot', { by: 'bob' })).toEqual([]);
  await bench.pass(3_600);
  expect(bench.sent).toEqual(['reminded oven', 'acknowledged oven']);
  expect(() => bench.alerts.acknowledge('hit', { by: 'ada' })).toThrow(/did you mean hot/);
});

test('what comes and goes too often stays raised until it has been over for ten minutes', async () => {
  await using bench = new AlertBench(`${hot}raisesPerHourMost = 3`);
  for (let count = 0; count < 100; count += 1) {
    await bench.set('oven', { p: 80 });
    await bench.set('oven', { p: 60 });
  }
  expect(bench.sent).toEqual([
    'raised oven',
    'cleared oven',
    'raised oven',
    'cleared oven',
    'raised oven',
  ]);
  expect(bench.alerts.open()).toMatchObject([{ isFlapping: true }]);
  await bench.pass(600);
  expect(bench.sent.at(-1)).toBe('cleared oven');
});

test('what happens too often is counted, and told no oftener', async () => {
  await using bench = new AlertBench(
    '[alerts.up]\nparameter = "n"\nis = "increased"\nraisesPerHourMost = 3\nclearForS = 86400',
  );
  for (let n = 0; n <= 50; n += 1) await bench.set('oven', { n });
  expect(bench.sent.filter((line) => line === 'raised oven')).toHaveLength(3);
  expect(bench.alerts.open()).toMatchObject([{ count: 48 }]);
  await bench.pass(3_600);
  await bench.set('oven', { n: 51 });
  expect(bench.sent.filter((line) => line === 'raised oven')).toHaveLength(4);
});

test('a disk that takes nothing keeps nobody from being told, and gets all of it later', async () => {
  using folder = new AlertFolder();
  let isFull = true;
  {
    await using bench = new AlertBench(hot, {
      path: folder.path,
      store: (ledger) => ({
        load: (sinceMs) => ledger.load(sinceMs),
        history: (wish) => ledger.history(wish),
        write: (changes) => {
          if (isFull) throw new Error('database or disk is full');
          ledger.write(changes);
        },
      }),
    });
    const failures: unknown[] = [];
    bench.alerts.events.on('storeFailed', (error) => void failures.push(error));
    await bench.set('oven', { p: 80 });
    await bench.set('mfc-1', { p: 80 });
    expect(bench.sent).toEqual(['raised oven', 'raised mfc-1']);
    await bench.pass(3_600);
    expect(bench.sent).toHaveLength(2);
    expect(failures.length).toBeLessThan(100);
    isFull = false;
    await bench.pass(61);
  }
  await using bench = new AlertBench(hot, { path: folder.path });
  await bench.set('oven', { p: 80 });
  expect(bench.sent).toEqual([]);
  expect(bench.alerts.open()).toHaveLength(2);
});

test('what is called like a secret is never shown', async () => {
  await using bench = new AlertBench(
    '[alerts.pool]\nparameter = "poolPassword"\nis = "changed"\n[alerts.other]\nparameter = "poolPassword"\nis = "different"\nvalue = "x"',
  );
  await bench.set('oven', { poolPassword: 'hunter2' });
  await bench.set('oven', { poolPassword: 'hunter3' });
  expect(bench.news()).toContain('raised pool oven');
  expect(
    JSON.stringify([bench.notices, bench.alerts.rules(), bench.alerts.history({ limit: 9 })]),
  ).not.toMatch(/hunter/);
});
