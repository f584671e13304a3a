import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../src/kernel/index.ts';
import * as locks from '../../../src/locks/shared/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { checkGivingUp } from './check-giving-up.ts';
import { deafRoom, newPlace, realRoom, wayTo } from './rooms.ts';
import type { Role } from './rooms.ts';

const table = 'shared/shared-read-write-lock.ts';
const wait = 'shared/shared-wait.ts';
const roles: readonly Role[] = ['mutex', 'read', 'write'];

const bugs: readonly Mutant[] = [
  {
    bug: 'who gives up uses up what was meant to wake another',
    file: wait,
    find: "if (how === 'ok') Atomics.notify(words, index, 1);",
    replace: '',
  },
  {
    bug: 'who sleeps does not hear that it is cancelled',
    file: wait,
    find: "signal?.addEventListener('abort', abort, { once: true });",
    replace: '',
  },
  {
    bug: 'who gives up leaves a wish behind',
    file: table,
    find: 'if (Atomics.compareExchange(this.#words, state, wish, unused) !== wish) return false;',
    replace: 'if (Atomics.load(this.#words, state) !== wish) return false;',
  },
  {
    bug: 'who gives up keeps the entry',
    file: table,
    find: 'Atomics.store(this.#words, entry + ofThread, 0);\n    this.#decide();\n    return true;',
    replace: 'this.#decide();\n    return true;',
  },
];

describe('waits between threads that are given up at random', () => {
  let caught = 0;

  const firstWrong = async (
    room: string,
    times: number,
    stuckMs: number,
  ): Promise<string | undefined> => {
    for (let time = 0; time < times; time += 1) {
      for (const role of roles) {
        const wrong = await checkGivingUp(room, role, stuckMs, randomFrom(time));
        if (wrong !== undefined) return `seed ${seed}, ${role} ${time}: ${wrong}`;
      }
    }
    return undefined;
  };

  it.each(bugs)('show when $bug', async (bug) => {
    using plantation = new Plantation();
    expect(await firstWrong(deafRoom(plantation, bug), 300, 500)).toBeDefined();
    caught += 1;
  });

  it('take nothing away from those who wait on', async () => {
    using plantation = new Plantation();
    const times = count(2_000);
    expect(await firstWrong(realRoom, times / 2, 20_000)).toBeUndefined();
    expect(await firstWrong(deafRoom(plantation), times / 2, 20_000)).toBeUndefined();
    recordProof({
      promise: 'Between threads, a wait that is given up takes nothing away from another',
      test: 'waits between threads that are given up at random take nothing away from those who wait on',
      count: times * roles.length,
      planted: bugs.length,
      caught,
    });
  });
});

describe.each(roles)('a wait for a lock between threads (%s) that is cancelled', (role) => {
  const place = newPlace(locks, role);
  const way = wayTo(locks, place);
  const rival = wayTo(locks, role === 'read' ? { ...place, role: 'write' } : place);

  it('ends with CANCELLED, and says why', async () => {
    using _held = await rival.acquire();
    const controller = new AbortController();
    const waiting = way.acquire({ signal: controller.signal });
    const cause = new RangeError('enough');
    controller.abort(cause);
    await expect(waiting).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'the wait for a shared lock was cancelled',
      cause,
    });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('ends with an error of ours that it was cancelled with', async () => {
    using _held = await rival.acquire();
    const controller = new AbortController();
    const waiting = way.acquire({ signal: controller.signal });
    const reason = new SignalboxError('CLOSED', 'the table is gone');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('does not begin when it is cancelled already', async () => {
    await expect(way.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    way.acquireSync(0).release();
  });

  it('leaves no listener when it was granted before', async () => {
    const held = await rival.acquire();
    const controller = new AbortController();
    const waiting = way.acquire({ signal: controller.signal });
    held.release();
    const guard = await waiting;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    expect(() => rival.acquireSync(0)).toThrow(expect.objectContaining({ code: 'DEADLOCK' }));
    guard.release();
    way.acquireSync(0).release();
  });
});
