import { expect, it } from 'vitest';
import * as telemetry from '../../../src/telemetry/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { checkAbsent, checkPoller } from './poller-check.ts';

const poll = 'poller/poll.ts';
const poller = 'poller/poller.ts';
const mutants: readonly Mutant[] = [
  {
    bug: 'a poll overlaps itself',
    file: poll,
    find: 'if (this.#underWay) {',
    replace: 'if (this.#underWay && this.#polls < 0) {',
  },
  {
    bug: 'the next time counts from the last, so that times drift',
    file: poller,
    find: 'this.#plan(poll, poll.nextAfter(Math.max(nowMs, dueMs)));',
    replace: 'this.#plan(poll, nowMs + poll.nowEveryMs + 0.5);',
  },
  {
    bug: 'what is absent is asked as often as ever',
    file: poll,
    find: 'this.everyMs * 2 ** doublings',
    replace: 'this.everyMs',
  },
  {
    bug: 'what is back stays slow',
    file: poll,
    find: 'this.#failuresInARow = isAnyRead ? 0 :',
    replace: 'this.#failuresInARow = failures.size > 99 ? 0 :',
  },
  {
    bug: 'what is back waits for its long interval to be over',
    file: poller,
    find: "listeners.use(port.events.on('state', ({ state }) => void (state === 'open' && again())));",
    replace: '',
  },
  {
    bug: 'a reading that hangs leaves good values',
    file: poll,
    find: 'this.#ageValues();',
    replace: '',
  },
  {
    bug: 'a failure is not told',
    file: poll,
    find: 'latest.update(this.instrument.name, readings, reasons);',
    replace: 'latest.update(this.instrument.name, readings);',
  },
  {
    bug: 'what was taken away is polled on',
    file: poll,
    find: 'if (!signal.aborted) this.#take',
    replace: 'this.#take',
  },
];

const histories = count(300);

it('each instrument is read at its pace, never twice at once, and its values say how good they are', async () => {
  for (let history = 0; history < histories; history += 1) {
    expect(await checkPoller(telemetry, history), `history ${history}`).toEqual([]);
  }
  expect(await checkAbsent(telemetry)).toEqual([]);
  using plantation = new Plantation();
  const missed: string[] = [];
  for (const mutant of mutants) {
    const planted = await plantation.plant<typeof telemetry>('telemetry', mutant);
    const wrong = [...(await checkAbsent(planted)), ...(await checkPoller(planted, 1))];
    if (wrong.length === 0) missed.push(mutant.bug);
  }
  expect(missed).toEqual([]);
  recordProof({
    promise:
      'An instrument is polled at its pace, never twice at once, and its values say how good they are.',
    test: 'each instrument is read at its pace, never twice at once, and its values say how good they are',
    count: histories,
    planted: mutants.length,
    caught: mutants.length - missed.length,
  });
}, 120_000);
