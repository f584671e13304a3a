import { expect, test } from 'vitest';
import { AlertBench } from './support.ts';

/** Values one after the other, a second apart; what is told of each. */
async function course(
  rule: string,
  values: readonly (number | string | boolean)[],
): Promise<string[]> {
  await using bench = new AlertBench(`[alerts.a]\nparameter = "p"\n${rule}`);
  const told: string[] = [];
  for (const value of values) {
    await bench.set('oven', { p: value });
    const [news = ''] = bench.news();
    told.push(news.split(' ')[0] ?? '');
    await bench.pass(1);
  }
  return told;
}

test('above is raised beyond the value, and over when it has come back by the hysteresis', async () => {
  const rule = 'is = "above"\nvalue = 70\nhysteresis = 5';
  expect(await course(rule, [70, 70.1, 66, 65.1, 65, 66, 71])).toEqual([
    '',
    'raised',
    '',
    '',
    'cleared',
    '',
    'raised',
  ]);
});

test('below, at-least and at-most keep to their side of the value', async () => {
  expect(await course('is = "below"\nvalue = 2\nhysteresis = 1', [2, 1.9, 2.9, 3])).toEqual([
    '',
    'raised',
    '',
    'cleared',
  ]);
  expect(await course('is = "at-least"\nvalue = 2', [1.9, 2, 1.9])).toEqual([
    '',
    'raised',
    'cleared',
  ]);
  expect(await course('is = "at-most"\nvalue = 2', [2.1, 2, 2.1])).toEqual([
    '',
    'raised',
    'cleared',
  ]);
});

test('equal and different compare values of any type', async () => {
  expect(await course('is = "equal"\nvalue = "fault"', ['ok', 'fault', 'ok'])).toEqual([
    '',
    'raised',
    'cleared',
  ]);
  expect(await course('is = "different"\nvalue = true', [true, false, true])).toEqual([
    '',
    'raised',
    'cleared',
  ]);
});

test('outside is over only well inside of both limits', async () => {
  const rule = 'is = "outside"\nlow = 10\nhigh = 20\nhysteresis = 2';
  expect(await course(rule, [15, 20.5, 18.5, 18, 9, 11, 12])).toEqual([
    '',
    'raised',
    '',
    'cleared',
    'raised',
    '',
    'cleared',
  ]);
});

test('a value that is no number, or not a number at all, raises and clears nothing', async () => {
  expect(await course('is = "above"\nvalue = 1', [2, Number.NaN, 'two', 0])).toEqual([
    'raised',
    '',
    '',
    'cleared',
  ]);
});

test('a rule of a value that is no number says so', async () => {
  await using bench = new AlertBench('[alerts.a]\nparameter = "p"\nis = "above"\nvalue = 1');
  await bench.set('oven', { p: 'hot' });
  const [status] = bench.alerts.rules();
  expect(status?.problem).toBe('oven: p is no number');
  await bench.set('oven', { p: 0 });
  expect(bench.alerts.rules()[0]?.problem).toBeUndefined();
});

test('a deviation is from another parameter, in its unit or in percent of a range', async () => {
  await using bench = new AlertBench(`
[alerts.absolute]
parameter = "flow"
is = "deviating"
from = "setpoint"
by = 2
hysteresis = 0.5
[alerts.below]
parameter = "flow"
is = "deviating"
from = "setpoint"
by = 10
measuredIn = "percent"
range = "capacity"
side = "below"
[alerts.share]
parameter = "measure"
is = "deviating"
from = 16000
by = 10
measuredIn = "percent"
`);
  await bench.set('mfc-1', { flow: 10, setpoint: 10, capacity: 100, measure: 16_000 });
  expect(bench.news()).toEqual([]);
  await bench.set('mfc-1', { setpoint: 12.1 });
  expect(bench.news()).toEqual(['raised absolute mfc-1']);
  await bench.set('mfc-1', { setpoint: 11.6 });
  expect(bench.news()).toEqual([]);
  await bench.set('mfc-1', { setpoint: 11.5 });
  expect(bench.news()).toEqual(['cleared absolute mfc-1']);
  await bench.set('mfc-1', { setpoint: 20.5 });
  expect(bench.news()).toEqual(['raised absolute mfc-1', 'raised below mfc-1']);
  await bench.set('mfc-1', { flow: 40 });
  expect(bench.news()).toEqual(['cleared below mfc-1']);
  // 10 % of the 32,000 that stand for 100 %.
  await bench.set('mfc-1', { measure: 19_201 });
  expect(bench.news()).toEqual(['raised share mfc-1']);
  expect(bench.alerts.open().at(-1)?.message).toContain('off by 10.0031 %');
});

test('a deviation of what is not polled, or in percent of nothing, says why it cannot be judged', async () => {
  await using bench = new AlertBench(`
[alerts.a]
parameter = "flow"
is = "deviating"
from = "setpoint"
by = 5
measuredIn = "percent"
range = "setpoint"
`);
  await bench.set('mfc-1', { flow: 10 });
  expect(bench.alerts.rules()[0]?.problem).toBe('mfc-1: setpoint is not polled');
  // A rule of many that can say something of one of them is not faulty.
  await bench.set('mfc-2', { flow: 10, setpoint: 10 });
  expect(bench.alerts.rules()[0]).toMatchObject({ watched: 1 });
  expect(bench.alerts.rules()[0]?.problem).toBeUndefined();
  await bench.set('mfc-1', { setpoint: 0 });
  expect(bench.alerts.rules()[0]?.problem).toBeUndefined();
  expect(bench.news()).toEqual([]);
  await bench.set('mfc-1', { setpoint: 11 });
  expect(bench.news()).toEqual(['raised a mfc-1']);
});

test.each([
  [
    'an instrument that there is not',
    'is = "above"\nvalue = 5\nparameter = "flow"\ninstruments = ["mfc-l"]',
    /^there is no instrument 'mfc-l'; did you mean mfc-1/,
  ],
  [
    'a parameter that it has not',
    'is = "above"\nvalue = 5\nparameter = "unheard"\ninstruments = ["mfc-*", "mfc-1"]',
    /^mfc-1 has no unheard$/,
  ],
  [
    'a port that there is not',
    'is = "port-down"\nports = ["buss"]',
    /^there is no port 'buss'; did you mean bus\?$/,
  ],
  [
    'a pattern, which may be of what is yet to come',
    'is = "above"\nvalue = 5\nparameter = "unheard"\ninstruments = ["later-*"]',
    undefined,
  ],
  ['an instrument that there is', 'is = "offline"\ninstruments = ["mfc-1"]', undefined],
  [
    'one that there is not, and switched off',
    'is = "offline"\ninstruments = ["mfc-l"]\nenabled = false',
    undefined,
  ],
  ['the recorder', 'is = "recording-stopped"', undefined],
])('a rule of %s says what there is not', async (_what, rule, problem) => {
  await using bench = new AlertBench(`[alerts.a]\n${rule}`);
  const found = bench.alerts.rules()[0]?.problem;
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
});

test('a rate is reckoned over its window, once half of it is known', async () => {
  await using bench = new AlertBench(`
[alerts.fast]
parameter = "p"
is = "rate-above"
value = 6
per = "minute"
overS = 10
[alerts.falling]
parameter = "p"
is = "rate-below"
value = -6
per = "minute"
overS = 10
`);
  // 0.05 s pass with each value.
  const step = async (value: number): Promise<string[]> => {
    await bench.set('oven', { p: value });
    await bench.pass(0.95);
    return bench.news();
  };
  // A jump of the first second is no rate yet.
  expect(await step(0)).toEqual([]);
  expect(await step(0.2)).toEqual([]);
  for (const value of [0.4, 0.6, 0.8]) expect(await step(value)).toEqual([]);
  // 1 in 5 s is 12 a minute.
  expect(await step(1)).toEqual(['raised fast oven']);
  for (let count = 0; count < 4; count += 1) expect(await step(1)).toEqual([]);
  const told: string[] = [];
  for (let count = 0; count < 10; count += 1) told.push(...(await step(1)));
  expect(told).toEqual(['cleared fast oven']);
  for (let value = 0.8; value > -1; value -= 0.2) told.push(...(await step(value)));
  expect(told).toEqual(['cleared fast oven', 'raised falling oven']);
});

test('what has increased, decreased, changed or is a record is told each time, the first value never', async () => {
  await using bench = new AlertBench(`
[alerts.up]
parameter = "blocks"
is = "increased"
[alerts.down]
parameter = "blocks"
is = "decreased"
[alerts.other]
parameter = "mode"
is = "changed"
[alerts.best]
parameter = "difficulty"
is = "highest"
[alerts.worst]
parameter = "difficulty"
is = "lowest"
`);
  const told = async (values: Record<string, number | string | boolean>): Promise<string[]> => {
    await bench.set('oven', values);
    return bench.news().filter((line) => line.startsWith('raised'));
  };
  expect(await told({ blocks: 5, mode: 'a', difficulty: 100 })).toEqual([]);
  expect(await told({ blocks: 5, mode: 'a', difficulty: 100 })).toEqual([]);
  expect(await told({ blocks: 6 })).toEqual(['raised up oven']);
  // The counter began anew; the next block counts from there.
  expect(await told({ blocks: 0 })).toEqual(['raised down oven']);
  expect(await told({ blocks: 1 })).toEqual(['raised up oven']);
  expect(await told({ mode: 'b' })).toEqual(['raised other oven']);
  expect(await told({ difficulty: 90 })).toEqual(['raised worst oven']);
  expect(await told({ difficulty: 99 })).toEqual([]);
  expect(await told({ difficulty: 100 })).toEqual([]);
  expect(await told({ difficulty: 101 })).toEqual(['raised best oven']);
  // A flag that counts as 0 and 1.
  expect(await told({ blocks: false })).toEqual(['raised down oven']);
  expect(await told({ blocks: true })).toEqual(['raised up oven']);
});

test('what happened is over when it is acknowledged, when it happens again, or after its time', async () => {
  await using bench = new AlertBench(
    '[alerts.up]\nparameter = "blocks"\nis = "increased"\nclearForS = 600',
  );
  await bench.set('oven', { blocks: 0 });
  await bench.set('oven', { blocks: 1 });
  await bench.set('oven', { blocks: 2 });
  bench.alerts.acknowledge('up', { by: 'ada' });
  await bench.set('oven', { blocks: 3 });
  await bench.pass(600);
  const ends = bench.alerts.history({ limit: 10 }).map(({ end }) => end);
  expect(ends).toEqual(['expired', 'acknowledged', 'followed']);
  expect(bench.alerts.open()).toEqual([]);
});

test('absent is raised when no good value has come for long enough, whatever the reason', async () => {
  await using bench = new AlertBench(`
[alerts.gone]
parameter = "p"
is = "absent"
forS = 10
`);
  await bench.set('mfc-1', { other: 1 });
  await bench.pass(60);
  // Nobody polls it there.
  expect(bench.news()).toEqual([]);
  await bench.set('oven', { p: 1 });
  await bench.pass(9);
  await bench.set('oven', { p: 1 });
  await bench.pass(9);
  expect(bench.news()).toEqual([]);
  await bench.pass(1);
  expect(bench.news()).toEqual(['raised gone oven']);
  await bench.fail('oven', 'p');
  expect(bench.news()).toEqual([]);
  await bench.set('oven', { p: 1 });
  expect(bench.news()).toEqual(['cleared gone oven']);
  for (let count = 0; count < 9; count += 1) {
    await bench.fail('oven', 'p');
    await bench.pass(1);
  }
  expect(bench.news()).toEqual([]);
  await bench.pass(1);
  expect(bench.news()).toEqual(['raised gone oven']);
});

test('an instrument is offline when none of its values is good, or its port or bus says so', async () => {
  await using bench = new AlertBench('[alerts.instrument-offline]\nforS = 10\nclearForS = 0');
  await bench.set('oven', { p: 1, q: 2 });
  await bench.fail('oven', 'p');
  await bench.pass(20);
  expect(bench.news()).toEqual([]);
  await bench.fail('oven', 'q');
  await bench.pass(10);
  expect(bench.news()).toEqual(['raised instrument-offline oven']);
  await bench.set('oven', { p: 1 });
  expect(bench.news()).toEqual(['cleared instrument-offline oven']);
  // One that nobody polls.
  bench.alerts.tell('instrument', 'mfc-1', 'port bus is absent');
  await bench.pass(10.1);
  expect(bench.alerts.open()[0]?.message).toBe('mfc-1: port bus is absent');
  bench.alerts.tell('instrument', 'mfc-1', undefined);
  await bench.pass(0.1);
  expect(bench.news()).toEqual([
    'raised instrument-offline mfc-1',
    'cleared instrument-offline mfc-1',
  ]);
});

test('ports and the recorder are told of too', async () => {
  await using bench = new AlertBench('[alerts.down]\nis = "port-down"\nports = ["b*"]\nforS = 5');
  bench.alerts.tell('port', 'bus', 'port bus is absent: unplugged');
  bench.alerts.tell('port', 'lan', 'port lan is absent');
  bench.alerts.tell('recorder', 'recorder', 'the disk is full');
  await bench.pass(5.1);
  expect(bench.news()).toEqual(['raised recording-stopped recorder', 'raised down bus']);
  bench.alerts.tell('recorder', 'recorder', undefined);
  bench.alerts.tell('port', 'bus', undefined);
  await bench.pass(5.1);
  expect(bench.news()).toEqual(['cleared down bus', 'cleared recording-stopped recorder']);
});
