import { describe, expect, it } from 'vitest';
import { hasCode, ManualClock } from '../../src/kernel/index.ts';
import type { Owner } from '../../src/kernel/index.ts';
import {
  Agent,
  FencingToken,
  MemoryTokenSource,
  ResourceLock,
  holdLongestMs,
  sharedKeyLengthMost,
} from '../../src/locks/index.ts';
import type { Hold } from '../../src/locks/index.ts';
import { agentNamed, ownerNamed } from './support.ts';

const bench = { shared: 'bench' };

function lockOn(clock: ManualClock, isWaitedFor: () => boolean = () => false): ResourceLock {
  return new ResourceLock({
    name: 'port bus',
    clock,
    tokens: new MemoryTokenSource(7),
    isWaitedFor,
    renewedLongestMs: 1_000,
  });
}

function granted(hold: Hold | undefined): Hold {
  if (hold === undefined) throw new Error('the hold was not granted');
  return hold;
}

describe('an exclusive hold', () => {
  it('keeps everybody else out until it is released', () => {
    const lock = lockOn(new ManualClock());
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    const hold = granted(lock.tryAcquire({ by: ada, mode: 'exclusive' }));
    expect(lock.tryAcquire({ by: bob, mode: 'exclusive' })).toBeUndefined();
    expect(lock.tryAcquire({ by: bob, mode: bench })).toBeUndefined();
    expect(lock.admits(bob)).toBe(false);
    expect(lock.admits(ada)).toBe(true);
    expect(lock.release(hold.token)).toBe(true);
    expect(lock.tryAcquire({ by: bob, mode: 'exclusive' })).toBeDefined();
  });

  it('nests: the resource is free after as many releases as grants', () => {
    const lock = lockOn(new ManualClock());
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    const outer = granted(lock.tryAcquire({ by: ada, mode: 'exclusive' }));
    const inner = granted(lock.tryAcquire({ by: ada, mode: 'exclusive' }));
    lock.release(inner.token);
    expect(lock.isGrantable('exclusive', bob)).toBe(false);
    lock.release(outer.token);
    expect(lock.isFree).toBe(true);
  });

  it('lets chains that were started by the holder in', () => {
    const lock = lockOn(new ManualClock());
    const ada = agentNamed('ada');
    const child = new Agent(ada.owner, ada);
    lock.tryAcquire({ by: ada, mode: 'exclusive' });
    expect(lock.tryAcquire({ by: child, mode: 'exclusive' })).toBeDefined();
    expect(lock.isHeldBy(child)).toBe(true);
  });

  it('cannot go over into a shared one', () => {
    const lock = lockOn(new ManualClock());
    const ada = agentNamed('ada');
    lock.tryAcquire({ by: ada, mode: 'exclusive' });
    expect(lock.tryAcquire({ by: ada, mode: bench })).toBeUndefined();
  });

  it('is not released twice, so a second release cannot free the next holder', () => {
    const lock = lockOn(new ManualClock());
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    const hold = granted(lock.tryAcquire({ by: ada, mode: 'exclusive' }));
    lock.release(hold.token);
    const next = granted(lock.tryAcquire({ by: bob, mode: 'exclusive' }));
    expect(lock.release(hold.token)).toBe(false);
    expect(lock.validate(next.token)).toBe(next);
  });
});

describe('a shared hold', () => {
  it('is shared by all who name its key and by nobody else', () => {
    const lock = lockOn(new ManualClock());
    const [ada, bob, eve] = [agentNamed('ada'), agentNamed('bob'), agentNamed('eve')];
    lock.tryAcquire({ by: ada, mode: bench });
    expect(lock.tryAcquire({ by: bob, mode: bench })).toBeDefined();
    expect(lock.tryAcquire({ by: eve, mode: { shared: 'other' } })).toBeUndefined();
    expect(lock.tryAcquire({ by: eve, mode: 'exclusive' })).toBeUndefined();
    expect(lock.admits(bob)).toBe(true);
    expect(lock.admits(eve)).toBe(false);
  });

  it('can be taken exclusively for a while, which suspends the others who share it', () => {
    const lock = lockOn(new ManualClock());
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    const adas = granted(lock.tryAcquire({ by: ada, mode: bench }));
    const bobs = granted(lock.tryAcquire({ by: bob, mode: bench }));
    const alone = granted(lock.tryAcquire({ by: ada, mode: 'exclusive' }));
    expect(() => lock.validate(bobs.token)).toThrow(/held by ada by test and 1 more, exclusive/);
    expect(lock.admits(bob)).toBe(false);
    // Whoever has it alone is in the way, and not who shares it as well.
    const eve = agentNamed('eve');
    lock.tryAcquire({ by: eve, mode: bench });
    expect([...lock.excluders(bob)]).toEqual([ada]);
    expect([...lock.excluders(ada)]).toEqual([]);
    expect([...lock.excluders(agentNamed('zoe'))]).toEqual([ada, bob]);
    expect(lock.tryAcquire({ by: bob, mode: 'exclusive' })).toBeUndefined();
    expect(lock.validate(adas.token)).toBe(adas);
    expect(lock.tryAcquire({ by: ada, mode: bench })).toBeDefined();
    lock.release(alone.token);
    expect(lock.validate(bobs.token)).toBe(bobs);
  });

  it('refuses a key that is empty or longer than VISA allows', () => {
    const lock = lockOn(new ManualClock());
    const by = agentNamed('ada');
    for (const shared of ['', 'k'.repeat(sharedKeyLengthMost + 1)]) {
      expect(() => lock.tryAcquire({ by, mode: { shared } })).toThrow(/characters/);
    }
    expect(lock.isFree).toBe(true);
  });
});

describe('a hold with a time', () => {
  it('ends at its time and is told of once', async () => {
    const clock = new ManualClock();
    const lock = lockOn(clock);
    const told: string[] = [];
    lock.on('expired', ({ hold }) => told.push(String(hold.token)));
    lock.on('freed', () => told.push('freed'));
    const hold = granted(
      lock.tryAcquire({ by: agentNamed('ada'), mode: 'exclusive', holdMs: 100 }),
    );
    await clock.advance(99);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['7.1', 'freed']);
    expect(() => lock.validate(hold.token)).toThrow(/has ended/);
    expect(lock.statistics()).toMatchObject({ expired: 1, longestHoldMs: 100 });
    expect(clock.pendingCount).toBe(0);
  });

  it('is over at its time although its timer comes late', () => {
    const clock = new ManualClock();
    let skippedMs = 0;
    const stopped = { ...bound(clock), monotonic: () => clock.monotonic() + skippedMs };
    const lock = new ResourceLock({ name: 'port bus', clock: stopped });
    const hold = granted(
      lock.tryAcquire({ by: agentNamed('ada'), mode: 'exclusive', holdMs: 100 }),
    );
    skippedMs = 100;
    expect(() => lock.validate(hold.token)).toThrow(/has ended/);
    expect(lock.tryAcquire({ by: agentNamed('bob'), mode: 'exclusive' })).toBeDefined();
  });

  it('starts anew with each renewal', async () => {
    const clock = new ManualClock();
    const lock = lockOn(clock);
    const hold = granted(
      lock.tryAcquire({ by: agentNamed('ada'), mode: 'exclusive', holdMs: 100 }),
    );
    for (let turn = 0; turn < 50; turn += 1) {
      await clock.advance(90);
      expect(lock.renew(hold.token)).toBe(100);
    }
    await clock.advance(100);
    expect(lock.isFree).toBe(true);
    expect(() => lock.renew(hold.token)).toThrow(/has ended/);
  });

  it('is renewed no further than the limit while others wait', async () => {
    const clock = new ManualClock();
    let waited = false;
    const lock = lockOn(clock, () => waited);
    const hold = granted(
      lock.tryAcquire({ by: agentNamed('ada'), mode: 'exclusive', holdMs: 400 }),
    );
    waited = true;
    await clock.advance(300);
    expect(lock.renew(hold.token)).toBe(400);
    await clock.advance(350);
    expect(lock.renew(hold.token)).toBe(350);
    await clock.advance(100);
    expect(() => lock.renew(hold.token)).toThrow(/ends in 250 ms/);
    waited = false;
    expect(lock.renew(hold.token)).toBe(400);
  });

  it('cannot be asked for without a bound', () => {
    const lock = lockOn(new ManualClock());
    for (const holdMs of [0, -1, Number.NaN, Infinity, holdLongestMs + 1]) {
      expect(() => lock.tryAcquire({ by: agentNamed('ada'), mode: 'exclusive', holdMs })).toThrow(
        /hold time/,
      );
    }
  });
});

describe('breaking', () => {
  it('ends the holds, names who did it and why, and fences the tokens', () => {
    const lock = lockOn(new ManualClock());
    const told: [Owner, string][] = [];
    lock.on('broken', ({ by, reason }) => told.push([by, reason]));
    const hold = granted(lock.tryAcquire({ by: agentNamed('ada'), mode: 'exclusive' }));
    const operator = ownerNamed('operator');
    expect(lock.break(operator, 'went home')).toEqual([hold]);
    expect(told).toEqual([[operator, 'went home']]);
    expect(() => lock.validate(hold.token)).toThrow(/has ended/);
    expect(lock.break(operator, 'again')).toEqual([]);
  });

  it('can be of one holder among several', () => {
    const lock = lockOn(new ManualClock());
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    lock.tryAcquire({ by: ada, mode: bench });
    const bobs = granted(lock.tryAcquire({ by: bob, mode: bench }));
    lock.break(ownerNamed('operator'), 'stuck', ada);
    expect(lock.validate(bobs.token)).toBe(bobs);
    expect(lock.isHeldBy(ada)).toBe(false);
  });
});

describe('a resource lock', () => {
  it('releases all that one agent holds when its client goes', () => {
    const lock = lockOn(new ManualClock());
    const ada = agentNamed('ada');
    lock.tryAcquire({ by: ada, mode: 'exclusive' });
    lock.tryAcquire({ by: ada, mode: 'exclusive' });
    let freed = 0;
    lock.on('freed', () => (freed += 1));
    expect(lock.releaseAll(ada)).toBe(2);
    expect(freed).toBe(1);
    expect(lock.isFree).toBe(true);
  });

  it('gives each grant a higher token than all before', () => {
    const lock = lockOn(new ManualClock());
    const by = agentNamed('ada');
    let last = new FencingToken(0, 0);
    for (let turn = 0; turn < 20; turn += 1) {
      const { token } = granted(lock.tryAcquire({ by, mode: 'exclusive' }));
      expect(token.compare(last)).toBeGreaterThan(0);
      last = token;
      if (turn % 3 === 0) lock.release(token);
    }
  });

  it('shows who holds it, how, since when and until when', async () => {
    const clock = new ManualClock(5_000);
    const lock = lockOn(clock);
    const ada = agentNamed('ada');
    lock.tryAcquire({ by: ada, mode: bench, holdMs: 100 });
    await clock.advance(40);
    expect(lock.status()).toEqual([
      { owner: ada.owner, mode: bench, token: '7.1', sinceMs: 5_000, heldMs: 40, expiresInMs: 60 },
    ]);
    const error = lock.heldError();
    expect(hasCode(error, 'LEASE_HELD')).toBe(true);
    expect(error.message).toContain("held by ada by test, shared by key 'bench', since 1970");
  });

  it('refuses a lower rank while a higher one is held, and takes note of the release', () => {
    const clock = new ManualClock();
    const low = new ResourceLock({ name: 'port', rank: 1, clock });
    const high = new ResourceLock({ name: 'visa', rank: 2, clock });
    const by = agentNamed('ada');
    const held = granted(high.tryAcquire({ by, mode: 'exclusive' }));
    expect(() => low.tryAcquire({ by, mode: 'exclusive' })).toThrow(
      /asked for port \(rank 1\) while holding a lock of rank 2/,
    );
    high.release(held.token);
    expect(low.tryAcquire({ by, mode: 'exclusive' })).toBeDefined();
    expect(high.tryAcquire({ by, mode: 'exclusive' })).toBeDefined();
    expect(low.tryAcquire({ by, mode: 'exclusive' })).toBeDefined();
  });
});

function bound(clock: ManualClock): Pick<ManualClock, 'now' | 'monotonic' | 'schedule'> {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    schedule: (delayMs, run) => clock.schedule(delayMs, run),
  };
}
