import { describe, expect, it } from 'vitest';
import * as sessions from '../../../../src/sessions/index.ts';
import { count } from '../../../support/count.ts';
import { Plantation } from '../../../support/plantation.ts';
import { recordProof } from '../../../support/proof.ts';
import { seed } from '../../../support/seed.ts';
import { checkSessions } from './check-sessions.ts';
import type { SessionsRoom } from './check-sessions.ts';
import { bugs } from './planted-bugs.ts';

describe('random and mutated ProPar frames of several clients', () => {
  let caught = 0;

  it.each(bugs)('show when $bug', async (mutant) => {
    using plantation = new Plantation();
    const room = await plantation.plant<SessionsRoom>('sessions', mutant);
    expect(await checkSessions(room, 10_000, 1), `seed ${seed}`).toBeDefined();
    caught += 1;
  });

  it('leave every session in step, bounded, and each client with its own answers', async () => {
    const frames = count(1_000_000);
    expect(await checkSessions(sessions, frames, 0), `seed ${seed}`).toBeUndefined();
    recordProof({
      promise: 'No bytes of a client can break the gateway, or another client',
      test: 'random and mutated ProPar frames of several clients leave every session in step',
      count: frames,
      planted: bugs.length,
      caught,
    });
  }, 900_000);
});
