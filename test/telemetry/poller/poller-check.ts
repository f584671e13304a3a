import type * as telemetry from '../../../src/telemetry/index.ts';
import { ManualClock, SignalboxError } from '../../../src/kernel/index.ts';
import { randomFrom } from '../../support/random.ts';
import { Stub } from './scripted-instrument.ts';

/** What is looked at, of the real room or of one with a bug in it. */
type Room = Pick<typeof telemetry, 'LatestValues' | 'Poller'>;

const instruments = 6;
const rounds = 40;
/** What is due within so long may be begun together; twice, since the first may have been early too. */
const togetherMs = 4.01;
const offline = new SignalboxError('INSTRUMENT_OFFLINE', 'nobody answers');

/**
 * Instruments that are slow, silent and back again as the run's seed says, polled for a while.
 * @returns what was not as it should be, in words
 */
export async function checkPoller({ LatestValues, Poller }: Room, salt: number): Promise<string[]> {
  const random = randomFrom(salt);
  const integer = (least: number, most: number): number =>
    least + Math.floor(random() * (most - least + 1));
  const clock = new ManualClock();
  const latest = new LatestValues(clock);
  const poller = new Poller({ latest, clock, random });
  const wrong: string[] = [];
  const stubs = Array.from({ length: instruments }, (_, index) => new Stub(clock, `mfc${index}`));
  const everyMs = stubs.map(() => 50 * integer(1, 10));
  stubs.forEach((stub, index) =>
    poller.set(stub.name, [
      { instrument: stub.instrument, parameters: ['flow'], everyMs: everyMs[index] ?? 0 },
    ]),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, stub] of stubs.entries()) {
      const every = everyMs[index] ?? 0;
      stub.takesMs = integer(0, 4) === 0 ? 5 * every : integer(0, every - 2);
      const wasOffline = stub.failure !== undefined;
      stub.failure = integer(0, 4) === 0 ? offline : undefined;
      if (!wasOffline || stub.failure !== undefined) continue;
      const before = stub.begun.length;
      if (stub.underWay === 0 && latest.get(stub.name)?.values['flow']?.quality === 'bad') {
        stub.events.emit('state', { state: 'open' });
        await clock.advance(1);
        // Its place in time may be just then, too.
        if (stub.begun.length === before) wrong.push(`${stub.name} is not asked when it is back`);
      }
    }
    await clock.advance(integer(100, 3_000));
  }
  // All is well again: everybody is back at its pace, and its values are good.
  for (const stub of stubs) {
    stub.failure = undefined;
    stub.takesMs = 1;
  }
  await clock.advance(70_000);
  const counts = stubs.map(({ begun }) => begun.length);
  await clock.advance(10_000);
  for (const [index, stub] of stubs.entries()) {
    const every = everyMs[index] ?? 0;
    const { name, begun, mostUnderWay } = stub;
    if (mostUnderWay > 1) wrong.push(`${name} was read ${mostUnderWay} times at once`);
    const recent = begun.slice(counts[index]);
    // Both ends of the window may fall beside a poll that was begun a little early.
    const least = Math.floor((10_000 - togetherMs) / every);
    const most = Math.ceil((10_000 + togetherMs) / every);
    if (recent.length < least || recent.length > most) {
      wrong.push(`${name} was polled ${recent.length} times`);
    }
    const first = recent[0] ?? 0;
    const off = recent.map((at) => Math.min((at - first) % every, every - ((at - first) % every)));
    if (Math.max(...off) > togetherMs) wrong.push(`${name} does not keep its places in time`);
    const quality = latest.get(name)?.values['flow']?.quality;
    if (quality !== 'good') wrong.push(`${name} is ${String(quality)} at the end`);
  }
  for (const { instrument, polls, failed, nowEveryMs, everyMs: wanted } of poller.status()) {
    if (nowEveryMs !== wanted) wrong.push(`${instrument} stays slow`);
    if (failed > polls) wrong.push(`${instrument} failed more often than it was polled`);
  }
  await poller[Symbol.asyncDispose]();
  return wrong;
}

/** Everything answers at once but one that never does, for a while: how seldom that one is asked. */
export async function checkAbsent({ LatestValues, Poller }: Room): Promise<string[]> {
  const clock = new ManualClock();
  const latest = new LatestValues(clock);
  const poller = new Poller({ latest, clock, random: () => 0.3 });
  const stub = new Stub(clock);
  stub.failure = offline;
  poller.set('mfc', [{ instrument: stub.instrument, parameters: ['flow'], everyMs: 100 }]);
  await clock.advance(300_000);
  const { begun } = stub;
  const wrong = begun.length > 30 ? [`asked ${begun.length} times in 5 minutes`] : [];
  if (begun.length < 12) wrong.push(`asked only ${begun.length} times`);
  if (latest.get('mfc')?.values['flow']?.why === undefined) wrong.push('it is not told why');
  stub.failure = undefined;
  await clock.advance(31_000);
  stub.takesMs = 10_000;
  await clock.advance(1_000);
  const quality = latest.get('mfc')?.values['flow']?.quality;
  if (quality !== 'stale') wrong.push(`a reading that hangs leaves ${String(quality)} values`);
  poller.remove('mfc');
  if (latest.has('mfc')) wrong.push('what is gone has values');
  await clock.advance(20_000);
  if (latest.has('mfc')) wrong.push('what is gone has values again');
  await poller[Symbol.asyncDispose]();
  return wrong;
}
