import { expect, test } from 'vitest';
import { ManualClock } from '../../../../src/kernel/index.ts';
import { count } from '../../../support/count.ts';
import { recordProof } from '../../../support/proof.ts';
import { randomFrom } from '../../../support/random.ts';
import { RunningProgram } from '../../running-program.ts';
import { SignInBench } from './sign-in-bench.ts';

const program = new URL('../../programs/hold-tokens.ts', import.meta.url);
/** So that a token is near its end. */
const nearlyMs = 3_550_000;

async function holderOf(bench: SignInBench, callers: number): Promise<RunningProgram> {
  const args = [bench.simulator.address, bench.path, String(callers)];
  return await RunningProgram.start(program, args);
}

test('a token that ends is refreshed once by two processes with 50 callers each', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  await bench.signIn(bench.store());
  await bench.simulator.resetLog();
  await using one = await holderOf(bench, 50);
  await using other = await holderOf(bench, 50);
  const expiries = count(1_000);
  for (let expiry = 1; expiry <= expiries; expiry += 1) {
    await clock.advance(nearlyMs);
    const said = await Promise.all([one, other].map((each) => each.ask(String(nearlyMs))));
    const tokens = said.flatMap((text) => JSON.parse(text) as string[]);
    expect(new Set(tokens).size).toBe(1);
    expect((await bench.simulator.report()).transactions).toBe(expiry);
  }
  recordProof({
    promise: 'One refresh serves all',
    test: '2 processes with 50 callers each at each end of a token',
    count: expiries,
    planted: 0,
    caught: 0,
  });
}, 300_000);

test('a process that is killed while it refreshes loses no sign-in', async () => {
  const random = randomFrom(11);
  const kills = count(50);
  let refreshed = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const clock = new ManualClock();
    await using bench = await SignInBench.open(clock);
    await bench.signIn(bench.store());
    const { refreshToken } = await bench.stored();
    await clock.advance(nearlyMs);
    const holder = await holderOf(bench, 1);
    await bench.simulator.resetLog();
    void holder.ask(String(nearlyMs));
    // From the request on, at any moment until it is through.
    await expect.poll(() => bench.grants(), { interval: 1, timeout: 20_000 }).toBe(1);
    const pause = Math.floor(random() * 20);
    for (let turn = 0; turn < pause; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await holder.kill();
    await clock.advance(nearlyMs);
    expect(await bench.isTaken(await bench.store().header())).toBe(true);
    if ((await bench.stored()).refreshToken !== refreshToken) refreshed += 1;
  }
  expect(refreshed).toBe(kills);
  recordProof({
    promise: 'A sign-in survives a crash',
    test: 'a process killed in the course of a refresh',
    count: kills,
    planted: 0,
    caught: 0,
  });
});
