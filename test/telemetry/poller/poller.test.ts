import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../src/kernel/index.ts';
import { LatestValues, Poller } from '../../../src/telemetry/index.ts';
import { SleepyClock, Stub } from './scripted-instrument.ts';

let clock: SleepyClock;
let latest: LatestValues;
let poller: Poller;
let stub: Stub;

beforeEach(() => {
  clock = new SleepyClock();
  latest = new LatestValues(clock);
  poller = new Poller({ latest, clock, random: () => 0.5 });
  stub = new Stub(clock);
});

afterEach(async () => {
  stub.takesMs = 0;
  await poller[Symbol.asyncDispose]();
});

function poll(everyMs: number, parameters = ['flow']): void {
  poller.set(stub.name, [{ instrument: stub.instrument, parameters, everyMs }]);
}

const offline = new SignalboxError('INSTRUMENT_TIMEOUT', 'no answer');

describe('a poll', () => {
  it('reads what it was told together, and what was read is the latest at once', async () => {
    const changes: (readonly string[])[] = [];
    latest.events.on('changed', ({ parameters }) => changes.push(parameters));
    poll(1_000, ['flow', 'setpoint']);
    await clock.advance(600);
    expect(stub.asked).toEqual([['flow', 'setpoint']]);
    expect(changes).toEqual([['flow', 'setpoint']]);
    expect(latest.get('mfc')?.values['flow']).toMatchObject({ unit: 'V', quality: 'good' });
  });

  it('keeps its places in time, however long it takes', async () => {
    poll(100);
    for (let turn = 0; turn < 50; turn += 1) {
      stub.takesMs = (turn * 37) % 90;
      await clock.advance(100);
    }
    const [first = 0, second = 0, ...rest] = stub.begun;
    expect(second - first).toBeLessThanOrEqual(100);
    rest.forEach((at, index) => expect(at).toBe(second + 100 * (index + 1)));
    expect(poller.status()[0]).toMatchObject({ missed: 0, failed: 0 });
  });

  it('is never under way two times at once; what is due meanwhile is missed, and counted', async () => {
    stub.takesMs = 350;
    poll(100);
    await clock.advance(2_050);
    expect(stub.mostUnderWay).toBe(1);
    const [status] = poller.status();
    expect((status?.polls ?? 0) + (status?.missed ?? 0)).toBeGreaterThanOrEqual(19);
    expect(status?.missed).toBeGreaterThan(10);
  });

  it('whose reading hangs has stale values, told once, and good ones when it comes', async () => {
    poll(100);
    await clock.advance(200);
    const qualities: string[] = [];
    latest.events.on('changed', ({ record }) =>
      qualities.push(record.values['flow']?.quality ?? ''),
    );
    stub.takesMs = 1_000;
    await clock.advance(1_000);
    stub.takesMs = 1;
    await clock.advance(250);
    expect(qualities.slice(0, 2)).toEqual(['stale', 'good']);
    expect(latest.get('mfc')?.values['flow']?.why).toBeUndefined();
  });

  it('of an instrument that is not there is done more and more seldom, with the reason at its values', async () => {
    stub.failure = offline;
    poll(1_000);
    await clock.advance(600_000);
    const gaps = stub.begun.slice(1).map((at, index) => at - (stub.begun[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_001);
    expect(gaps.slice(-5)).toEqual([30_000, 30_000, 30_000, 30_000, 30_000]);
    expect(stub.begun.length).toBeLessThan(30);
    expect(latest.get('mfc')?.values['flow']).toEqual({
      atMs: 0,
      quality: 'bad',
      why: { code: 'INSTRUMENT_TIMEOUT', message: 'no answer' },
    });
    expect(poller.status()[0]).toMatchObject({ nowEveryMs: 30_000, everyMs: 1_000 });
  });

  it.each(['state', 'circuit'] as const)(
    'is done at once when its port is back (%s)',
    async (event) => {
      stub.failure = offline;
      poll(1_000);
      await clock.advance(300_000);
      stub.failure = undefined;
      const before = stub.begun.length;
      if (event === 'state') stub.events.emit('state', { state: 'open' });
      else stub.events.emit('circuit', { scope: 'node 3', state: 'online' });
      await clock.advance(10);
      expect(stub.begun).toHaveLength(before + 1);
      expect(latest.get('mfc')?.values['flow']?.quality).toBe('good');
      await clock.advance(10_000);
      expect(stub.begun.length).toBeGreaterThanOrEqual(before + 10);
      expect(poller.status()[0]).toMatchObject({ nowEveryMs: 1_000 });
    },
  );

  it('is not done twice for one moment when its port opens just then', async () => {
    stub.failure = offline;
    poll(1_000);
    await clock.advance(40_000);
    for (let each = 0; each < 5; each += 1) stub.events.emit('state', { state: 'open' });
    const before = stub.begun.length;
    await clock.advance(5);
    expect(stub.begun).toHaveLength(before + 1);
    expect(stub.mostUnderWay).toBe(1);
  });

  it('of several intervals reads each parameter at its own', async () => {
    const { instrument } = stub;
    poller.set('mfc', [
      { instrument, parameters: ['flow'], everyMs: 100 },
      { instrument, parameters: ['temperature'], everyMs: 1_000 },
    ]);
    await clock.advance(10_000);
    const count = (name: string): number =>
      stub.asked.filter((names) => names.includes(name)).length;
    expect(count('flow')).toBeGreaterThanOrEqual(99);
    expect(count('temperature')).toBeGreaterThanOrEqual(10);
    expect(count('temperature')).toBeLessThanOrEqual(11);
  });

  it('ends with its instrument, whose values are forgotten, also while it is under way', async () => {
    poll(1_000);
    await clock.advance(600);
    stub.takesMs = 5_000;
    await clock.advance(1_000);
    poller.remove('mfc');
    await clock.advance(20_000);
    expect(latest.get('mfc')).toBeUndefined();
    expect(poller.status()).toEqual([]);
    expect(stub.underWay).toBe(0);
  });

  it('of a parameter that is not there is refused, and what was polled before goes on', async () => {
    poll(1_000);
    expect(() => poll(1_000, ['nothing'])).toThrow('no such parameter');
    expect(() => poll(1)).toThrow('between 10 and 86400000 ms');
    await clock.advance(5_000);
    expect(stub.begun.length).toBeGreaterThanOrEqual(5);
  });

  it('is told what it costs', async () => {
    stub.takesMs = 20;
    poll(100);
    await clock.advance(10_000);
    const [status] = poller.status();
    expect(status?.meanMs).toBeCloseTo(20, 0);
    expect(status?.share).toBeCloseTo(0.2, 1);
  });

  it('leaves out what nobody asked for in particular and the instrument does not tell', async () => {
    const untold = new SignalboxError('INSTRUMENT_ERROR', 'answered without a value', {
      details: { isUntold: true },
    });
    stub.untold = new Map([['power', untold]]);
    const { instrument } = stub;
    const wish = { instrument, parameters: ['flow', 'power'], everyMs: 100 };
    poller.set('mfc', [{ ...wish, mayBeUntold: true }]);
    await clock.advance(1_000);
    expect(Object.keys(latest.get('mfc')?.values ?? {})).toEqual(['flow']);
    expect(poller.status()[0]).toMatchObject({ failed: 0 });
    stub.untold = new Map();
    await clock.advance(200);
    stub.untold = new Map([['power', untold]]);
    await clock.advance(200);
    // What it told before is not taken for new.
    expect(latest.get('mfc')?.values['power']?.quality).toBe('bad');
    poller.set('mfc', [wish]);
    await clock.advance(1_000);
    expect(latest.get('mfc')?.values['power']?.quality).toBe('bad');
    expect(poller.status()[0]?.failed).toBeGreaterThan(5);
  });

  it('that the machine slept through is not made up for, and counted as missed', async () => {
    poll(1_000);
    await clock.advance(5_000);
    const before = stub.begun.length;
    clock.sleep(60_000);
    await clock.advance(1_000);
    expect(stub.begun.length - before).toBeLessThanOrEqual(3);
    expect(poller.status()[0]?.missed).toBeGreaterThanOrEqual(59);
  });
});

describe('polls of many instruments', () => {
  it('are spread over their interval', async () => {
    let count = 0;
    const spread = new Poller({ latest, clock, random: () => (count += 0.618) % 1 });
    const stubs = Array.from({ length: 100 }, (_, index) => new Stub(clock, `mfc${index}`));
    for (const each of stubs) {
      spread.set(each.name, [
        { instrument: each.instrument, parameters: ['flow'], everyMs: 1_000 },
      ]);
    }
    await clock.advance(5_000);
    const inTenths = Array.from({ length: 10 }, () => 0);
    for (const { begun } of stubs) {
      const at = Math.floor(((begun.at(-1) ?? 0) % 1_000) / 100);
      inTenths[at] = (inTenths[at] ?? 0) + 1;
    }
    expect(Math.max(...inTenths)).toBeLessThan(25);
    expect(stubs.every(({ begun }) => begun.length >= 5)).toBe(true);
    await spread[Symbol.asyncDispose]();
  });
});
