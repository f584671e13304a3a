import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import {
  hislipPairingMs,
  HislipSessions,
  parseHislipSubAddress,
} from '../../../src/protocols/index.ts';
import type { HislipMessage, HislipOpening } from '../../../src/protocols/index.ts';

const initialize: Extract<HislipMessage, { type: 'Initialize' }> = {
  type: 'Initialize',
  version: 0x0100,
  vendorId: 'KT',
  subAddress: 'hislip0',
};

function sessionsOf(options: Partial<ConstructorParameters<typeof HislipSessions>[0]> = {}) {
  const clock = new ManualClock();
  const sessions = new HislipSessions({ sessionsMost: 3, clock, random: () => 0.5, ...options });
  return { clock, sessions };
}

function idOf(opening: HislipOpening): number {
  return opening.kind === 'accepted' ? opening.session.id : -1;
}

describe('the sessions of a HiSLIP server', () => {
  it('are two connections that belong together by a number', () => {
    const { sessions } = sessionsOf();
    const opened = sessions.open(initialize);
    expect(opened).toEqual({
      kind: 'accepted',
      session: {
        id: 0x8000,
        version: 0x0100,
        vendorId: 'KT',
        subAddress: { name: 'hislip0', index: 0 },
      },
      answer: { type: 'InitializeResponse', version: 0x0100, sessionId: 0x8000, features: 0 },
    });
    expect(sessions.isPaired(0x8000)).toBe(false);
    expect(sessions.attach(0x8000)).toMatchObject({
      kind: 'accepted',
      session: { id: 0x8000 },
      answer: { type: 'AsyncInitializeResponse', vendorId: 'XX', isSecure: false },
    });
    expect(sessions.isPaired(0x8000)).toBe(true);
  });

  it('say 1.0 to a client of a later version, and refuse one of an earlier', () => {
    const { sessions } = sessionsOf({ prefersOverlap: true });
    expect(sessions.open({ ...initialize, version: 0x0200 })).toMatchObject({
      answer: { version: 0x0100, features: 1 },
    });
    expect(sessions.open({ ...initialize, version: 0x00ff })).toMatchObject({
      kind: 'refused',
      answer: { type: 'FatalError', code: 3 },
    });
  });

  it('refuse a device that is not there', () => {
    const { sessions } = sessionsOf();
    const isThere = ({ index }: { readonly index?: number }): boolean => index === 0;
    expect(sessions.open({ ...initialize, subAddress: '' }, isThere).kind).toBe('accepted');
    for (const subAddress of ['hislip1', 'a b', ',1']) {
      expect(sessions.open({ ...initialize, subAddress }, isThere)).toMatchObject({
        kind: 'refused',
        answer: { type: 'FatalError', code: 3, text: expect.stringContaining(subAddress) },
      });
    }
    expect(sessions.size).toBe(1);
  });

  it('are refused beyond their number, until one is closed', () => {
    const { sessions } = sessionsOf();
    const ids = [0, 1, 2].map(() => idOf(sessions.open(initialize)));
    expect(ids).toEqual([0x8000, 0x8001, 0x8002]);
    expect(sessions.open(initialize)).toMatchObject({
      kind: 'refused',
      answer: { type: 'FatalError', code: 4 },
    });
    sessions.close(0x8001);
    expect(idOf(sessions.open(initialize))).toBe(0x8001);
  });

  it('have numbers of 16 bits, and begin again at 0 behind the last', () => {
    const { sessions } = sessionsOf({ random: () => 0.999_999_9, sessionsMost: 100_000 });
    expect(idOf(sessions.open(initialize))).toBe(0xffff);
    expect(idOf(sessions.open(initialize))).toBe(0);
  });

  it('take one second connection, of a session that is there', () => {
    const { sessions } = sessionsOf();
    const id = idOf(sessions.open(initialize));
    expect(sessions.attach(id + 1)).toMatchObject({ kind: 'refused', answer: { code: 3 } });
    sessions.attach(id);
    expect(sessions.attach(id)).toMatchObject({ kind: 'refused', answer: { code: 3 } });
    expect(sessions.isPaired(id)).toBe(true);
    sessions.close(id);
    expect(sessions.isPaired(id)).toBe(false);
  });

  it('wait for their second connection only so long', async () => {
    const { clock, sessions } = sessionsOf();
    const ids = [0, 1].map(() => idOf(sessions.open(initialize)));
    sessions.attach(ids[0] ?? 0);
    await clock.advance(hislipPairingMs - 1);
    expect(sessions.overdue()).toEqual([]);
    await clock.advance(1);
    expect(sessions.overdue().map(({ id }) => id)).toEqual([ids[1]]);
  });
});

describe('a sub-address', () => {
  it.each([
    ['', { name: 'hislip0', index: 0 }],
    ['hislip0', { name: 'hislip0', index: 0 }],
    ['HiSLIP12', { name: 'hislip12', index: 12 }],
    ['hislip0,15', { name: 'hislip0', index: 0, detail: '15' }],
    ['gpib0,7', { name: 'gpib0', detail: '7' }],
    ['Multimeter', { name: 'multimeter' }],
    ['hislip', { name: 'hislip' }],
    ['hislip0,', { name: 'hislip0', index: 0 }],
  ])("'%s' is a name, a number and what follows a comma", (text, parts) => {
    expect(parseHislipSubAddress(text)).toEqual(parts);
  });

  it.each(['a,b,c', ',1', 'a b'])("'%s' is none", (text) => {
    expect(parseHislipSubAddress(text)).toBeUndefined();
  });
});
