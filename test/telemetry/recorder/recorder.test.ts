import { describe, expect, it } from 'vitest';
import { ManualClock, SignalboxError } from '../../../src/kernel/index.ts';
import { LatestValues, Recorder } from '../../../src/telemetry/index.ts';
import type { RecorderEvents, RecorderOptions } from '../../../src/telemetry/index.ts';
import { textCharactersMost } from '../../../src/telemetry/recorder/recorder.ts';
import { ScriptedStore } from './scripted-store.ts';

function recorder(options: Partial<RecorderOptions> = {}) {
  const clock = new ManualClock(1_000_000);
  const store = new ScriptedStore();
  const latest = new LatestValues(clock);
  const made = new Recorder({ store, clock, random: () => 0, ...options });
  const told: string[] = [];
  const follow = <Name extends keyof RecorderEvents>(name: Name): void => {
    made.events.on(name, (event) => told.push(`${name} ${JSON.stringify(event)}`));
  };
  follow('stopped');
  follow('resumed');
  follow('dropped');
  return { clock, store, latest, recorder: made, told };
}

const full = new SignalboxError('DATABASE_FULL', 'the disk is full');
const sample = (atMs: number, value: number | string | boolean = atMs) => ({
  instrument: 'a',
  parameter: 'x',
  value,
  atMs,
});

describe('a recorder', () => {
  it('writes good values of what is chosen, a batch at a time', async () => {
    const {
      clock,
      store,
      latest,
      recorder: made,
    } = recorder({
      record: ['a.*', '*.y'],
      exclude: ['a.secret'],
      batchMs: 500,
    });
    made.follow(latest);
    latest.update('a', {
      x: { value: 1 },
      secret: { value: 2 },
      raw: { value: new Uint8Array(3) },
    });
    latest.update('b', { x: { value: 3 }, y: { value: 'open' } });
    latest.update('a', {}, { x: { code: 'LINK_TIMEOUT', message: 'no answer' } });
    latest.update('a', { x: { value: Number.NaN } });
    await clock.advance(499);
    expect(store.written).toEqual([]);
    await clock.advance(1);
    expect(store.written).toEqual([['a.x@1000000=1', 'b.y@1000000=open']]);
    expect(made.status()).toMatchObject({ state: 'recording', stored: 2, unusable: 1, waiting: 0 });
    await made.close();
  });

  it('writes at once when a batch is full', async () => {
    const { clock, store, latest, recorder: made } = recorder({ batchMost: 3 });
    made.follow(latest);
    for (let at = 1; at <= 7; at += 1) latest.update('a', { x: { value: at } }, {}, at);
    await clock.advance(0);
    expect(store.written.map((batch) => batch.length)).toEqual([3, 3]);
    await made.close();
    expect(store.written.flat().at(-1)).toBe('a.x@7=7');
  });

  it('says that something is written when it is, and puts together what waits meanwhile', async () => {
    const { store, recorder: made } = recorder();
    store.isSlow = true;
    const done: number[] = [];
    const writes = [1, 2, 3].map(async (at) => {
      await made.append([sample(at)]);
      done.push(at);
    });
    await expect.poll(() => store.pending.length).toBe(1);
    store.settle();
    await expect.poll(() => store.pending.length).toBe(1);
    expect(done).toEqual([1]);
    store.settle();
    await Promise.all(writes);
    expect(store.written).toEqual([['a.x@1=1'], ['a.x@2=2', 'a.x@3=3']]);
    await made.close();
  });

  it('counts and tells what there is no room for, and keeps what came first', async () => {
    const {
      clock,
      store,
      latest,
      recorder: made,
      told,
    } = recorder({ batchMost: 2, batchesMost: 2 });
    store.isSlow = true;
    made.follow(latest);
    for (let at = 1; at <= 9; at += 1) latest.update('a', { x: { value: at } }, {}, at);
    expect(made.status()).toMatchObject({ dropped: 5, waiting: 4 });
    expect(told).toEqual(['dropped {"count":1,"why":"there was no room for more"}']);
    await expect(made.append([sample(10)])).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    store.isSlow = false;
    store.settle();
    await clock.advance(1_000);
    expect(store.written.flat()).toEqual([1, 2, 3, 4].map((at) => `a.x@${at}=${at}`));
    await made.close();
    expect(told.at(-1)).toMatch(/^dropped \{"count":4/);
  });

  it('stops while the disk is full, tells it once, and goes on by itself where it was', async () => {
    const {
      clock,
      store,
      latest,
      recorder: made,
      told,
    } = recorder({ batchMost: 2, batchesMost: 2 });
    made.follow(latest);
    store.failure = full;
    for (let at = 1; at <= 3; at += 1) latest.update('a', { x: { value: at } }, {}, at);
    await clock.advance(5_000);
    expect(made.status()).toMatchObject({ state: 'stopped', error: full, stored: 0 });
    for (let at = 4; at <= 8; at += 1) latest.update('a', { x: { value: at } }, {}, at);
    store.failure = undefined;
    await clock.advance(15_000);
    expect(made.status()).toMatchObject({ state: 'recording', stored: 4, dropped: 4 });
    expect(made.status().error).toBeUndefined();
    expect(store.written.flat()).toEqual([1, 2, 3, 4].map((at) => `a.x@${at}=${at}`));
    expect(told.map((each) => each.split(' ')[0])).toEqual([
      'stopped',
      'dropped',
      'dropped',
      'resumed',
    ]);
    expect(told.at(-1)).toContain('"dropped":4');
    await made.close();
  });

  it('does not try for ever what can never be written', async () => {
    const { store, recorder: made, told } = recorder();
    store.failure = new Error('a bug');
    await expect(made.append([sample(1)])).rejects.toMatchObject({ message: 'a bug' });
    store.failure = undefined;
    await made.append([sample(2)]);
    expect(store.written).toEqual([['a.x@2=2']]);
    expect(told).toEqual(['dropped {"count":1,"why":"a bug"}']);
    await made.close();
  });

  it('takes all of what it is given or nothing', async () => {
    const { store, recorder: made } = recorder();
    for (const wrong of [
      sample(Number.NaN, 1),
      sample(1, Infinity),
      sample(1, 'x'.repeat(textCharactersMost + 1)),
    ]) {
      await expect(made.append([sample(1), wrong])).rejects.toMatchObject({
        code: 'VALUE_INVALID',
      });
    }
    await made.flush();
    expect(store.written).toEqual([]);
    await made.close();
  });

  it('ends the wait of who gives up, and writes all the same', async () => {
    const { store, recorder: made } = recorder();
    store.isSlow = true;
    const stop = new AbortController();
    const write = made.append([sample(1)], { signal: stop.signal });
    stop.abort();
    await expect(write).rejects.toMatchObject({ code: 'CANCELLED' });
    store.settle();
    await made.flush();
    expect(store.written).toEqual([['a.x@1=1']]);
    await made.close();
  });

  it('writes what waits before it ends, within its time', async () => {
    const { store, latest, recorder: made } = recorder();
    made.follow(latest);
    latest.update('a', { x: { value: 1 } }, {}, 1);
    await made.close();
    expect(store.written).toEqual([['a.x@1=1']]);
    latest.update('a', { x: { value: 2 } }, {}, 2);
    await expect(made.append([sample(3)])).rejects.toMatchObject({ code: 'CLOSED' });
    expect(store.written).toHaveLength(1);
  });

  it('tells what it could not write before its end', async () => {
    const { clock, store, latest, recorder: made, told } = recorder();
    made.follow(latest);
    store.failure = full;
    latest.update('a', { x: { value: 1 } }, {}, 1);
    const waiting = made.append([sample(2)]);
    const failed = expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    const closed = made.close(1_000);
    await clock.advance(1_000);
    await closed;
    await failed;
    expect(told.at(-1)).toBe('dropped {"count":2,"why":"the recorder was closed"}');
    expect(made.status()).toMatchObject({ state: 'closed', dropped: 2 });
  });
});
