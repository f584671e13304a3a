import { describe, expect, it } from 'vitest';
import * as links from '../../../src/links/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { seed } from '../../support/seed.ts';
import { storm } from './storm.ts';
import type { Room, StormOptions, StormOutcome } from './storm.ts';

const promise = 'A reply of a worker goes to its call or to nobody, and every call is settled';
const rough = {
  callers: 100,
  loss: 0.001,
  repeat: 0.01,
  death: 0.0001,
  delayMs: 4,
  timeoutMs: 100,
};

/** With how often the worker dies meanwhile: a death settles what a deadline should have. */
const bugs: readonly (Mutant & { readonly death: number })[] = [
  {
    death: 0,
    bug: 'a late reply goes to whoever waits for longest',
    file: 'worker/rpc/outgoing-calls.ts',
    find: "const call = id === undefined ? this.#unnumbered.takeOldest() : this.#pending.get(id ?? '');",
    replace:
      "const call = id === undefined ? this.#unnumbered.takeOldest() : (this.#pending.get(id ?? '') ?? this.#pending.values().next().value);",
  },
  {
    death: 0,
    bug: 'a call keeps its place in the books when its time is over',
    file: 'worker/rpc/outgoing-calls.ts',
    find: `  #giveUp(call: OutgoingCall, error: SignalboxError): void {
    this.#forget(call);`,
    replace: `  #giveUp(call: OutgoingCall, error: SignalboxError): void {
    call.stopListening();`,
  },
  {
    death: 0.005,
    bug: 'the calls of a worker that died are forgotten',
    file: 'worker/rpc/outgoing-calls.ts',
    find: `      this.#counts.lost += 1;
      call.reject(`,
    replace: `      this.#counts.lost += 1;
      void (`,
  },
  {
    death: 0,
    bug: 'ids are used again',
    file: 'worker/rpc/outgoing-calls.ts',
    find: 'this.#lastId = id;',
    replace: 'this.#lastId = id % 97;',
  },
  {
    death: 0,
    bug: 'deadlines are not kept',
    file: 'worker/rpc/deadline-line.ts',
    find: 'due.expire();',
    replace: 'void due;',
  },
];

/** What shows only where a worker ends under its calls and is started again. */
const bugsOfKills: readonly Mutant[] = [
  {
    bug: 'one call of a worker that was killed is settled, and the others are not',
    file: 'worker/rpc/outgoing-calls.ts',
    find: '      call.reject(call.posted.isSent ? this.#lost(call) : this.#unavailable(call.method));',
    replace: `      call.reject(call.posted.isSent ? this.#lost(call) : this.#unavailable(call.method));
      break;`,
  },
  {
    bug: 'a call that waited for the next start stays in the books',
    file: 'worker/supervised-worker.ts',
    find: 'this.#waitingCalls -= 1;',
    replace: '',
  },
];

describe('a worker in a storm', () => {
  let caught = 0;
  let caughtByKills = 0;

  it.each(bugs)('shows when $bug', async (bug) => {
    using plantation = new Plantation();
    const room = await plantation.plant<Room>('links', bug);
    const calls = { ...rough, calls: 8_000, loss: 0.01, death: bug.death, patienceMs: 3_000 };
    expect(wrongWith(calls, await storm(room, calls))).not.toEqual([]);
    caught += 1;
  });

  it('gives every caller its own answer, or an error', { timeout: 600_000 }, async () => {
    const options = { ...rough, calls: count(1_000_000) };
    const outcome = await storm(links, options);
    expect(wrongWith(options, outcome), `seed ${seed}`).toEqual([]);
    expect(outcome.statistics.late).toBeGreaterThan(0);
    expect(outcome.statistics.duplicate).toBeGreaterThan(0);
    expect(outcome.restarts).toBeGreaterThan(0);
    const test = 'a worker in a storm gives every caller its own answer, or an error';
    recordProof({ promise, test, count: options.calls, planted: bugs.length, caught });
  });

  it.each(bugsOfKills)('shows by kills when $bug', async (bug) => {
    using plantation = new Plantation();
    const room = await plantation.plant<Room>('links', bug);
    const kills = { killEveryMs: 20, killsMost: 10, patienceMs: 3_000 };
    const options = { ...rough, calls: 1e9, death: 0, ...kills };
    expect(wrongWith(options, await storm(room, options))).not.toEqual([]);
    caughtByKills += 1;
  });

  it('may be killed at any time', { timeout: 800_000 }, async () => {
    const killsMost = count(1_000);
    const options = { ...rough, calls: 1e9, death: 0, killEveryMs: 20, killsMost };
    const outcome = await storm(links, options);
    const calls = outcome.answered + sum(outcome.failed);
    expect(wrongWith(options, outcome)).toEqual([]);
    expect(outcome).toMatchObject({ kills: killsMost });
    expect(outcome.restarts).toBeGreaterThanOrEqual(killsMost - 1);
    expect(calls).toBeGreaterThan(killsMost);
    const test = 'a worker in a storm may be killed at any time';
    const planted = bugsOfKills.length;
    recordProof({ promise, test, count: killsMost, planted, caught: caughtByKills });
  });
});

/** Everything that must not be, in words. */
function wrongWith(options: StormOptions, outcome: StormOutcome): readonly string[] {
  const { crossed, unsettled, leaked, failed, statistics } = outcome;
  const allowed = ['NOT_SETTLED', 'WORKER_TIMEOUT', 'WORKER_LOST', 'WORKER_UNAVAILABLE'];
  const others = Object.keys(failed).filter((code) => !allowed.includes(code));
  const { calls, results, failures, timeouts, cancelled, lost } = statistics;
  const settled = results + failures + timeouts + cancelled + lost;
  return [
    ...(crossed > 0 ? [`${crossed} answers went to the wrong caller`] : []),
    ...(unsettled > 0 ? [`${unsettled} of ${options.calls} calls were never settled`] : []),
    ...(leaked > 0 ? [`${leaked} calls were left in the books`] : []),
    ...(others.length > 0 ? [`calls failed with ${others.join(', ')}`] : []),
    ...(calls === settled ? [] : [`${calls} calls were made, and ${settled} counted as settled`]),
  ];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
