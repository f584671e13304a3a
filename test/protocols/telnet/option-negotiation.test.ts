import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TelnetOptionNegotiation, TelnetReader } from '../../../src/protocols/index.ts';
import type { TelnetSide, TelnetVerb } from '../../../src/protocols/index.ts';
import '../../support/seed.ts';

const option = 44;

/** What the bytes of a reply say. */
function said(reply: Uint8Array): string {
  return [...new TelnetReader().read(reply)]
    .map((token) => (token.kind === 'negotiation' ? token.verb : token.kind))
    .join(' ');
}

/** A step of one side, and what it answers. */
type Step = readonly [does: 'on' | 'off' | TelnetVerb, says: string, isOn: boolean];

function play(side: TelnetSide, isAllowed: boolean, steps: readonly Step[]): void {
  const negotiation = new TelnetOptionNegotiation(isAllowed ? { [side]: [option] } : {});
  for (const [does, says, isOn] of steps) {
    const before = negotiation.isOn(side, option);
    const { reply, change } =
      does === 'on' || does === 'off'
        ? negotiation.ask(side, option, does === 'on')
        : negotiation.receive(does, option);
    expect([does, said(reply)]).toEqual([does, says]);
    expect(negotiation.isOn(side, option)).toBe(isOn);
    expect(change).toEqual(before === isOn ? undefined : { side, option, isOn });
  }
}

describe('telnet options', () => {
  it('an option that is allowed goes on when the other side wants it, and is confirmed once', () => {
    play('remote', true, [
      ['will', 'do', true],
      ['will', '', true],
      ['wont', 'dont', false],
      ['wont', '', false],
    ]);
    play('local', true, [
      ['do', 'will', true],
      ['do', '', true],
      ['dont', 'wont', false],
      ['dont', '', false],
    ]);
  });

  it('an option that is not allowed is refused each time it is wanted, and a refusal is not answered', () => {
    play('remote', false, [
      ['will', 'dont', false],
      ['will', 'dont', false],
      ['wont', '', false],
    ]);
    play('local', false, [
      ['do', 'wont', false],
      ['dont', '', false],
    ]);
  });

  it('an option that we ask for is on when the other side agreed', () => {
    play('local', false, [
      ['on', 'will', false],
      ['on', '', false],
      ['do', '', true],
      ['on', '', true],
      ['off', 'wont', false],
      ['off', '', false],
      ['dont', '', false],
    ]);
  });

  it('an option that we ask for stays off when the other side refuses, and can be asked for again', () => {
    play('remote', false, [
      ['on', 'do', false],
      ['wont', '', false],
      ['on', 'do', false],
      ['will', '', true],
    ]);
  });

  it('who changes his mind before the answer asks the opposite when it came', () => {
    play('remote', false, [
      ['on', 'do', false],
      ['off', '', false],
      ['will', 'dont', false],
      ['wont', '', false],
    ]);
    play('remote', false, [
      ['on', 'do', false],
      ['off', '', false],
      ['wont', '', false],
    ]);
    play('remote', true, [
      ['will', 'do', true],
      ['off', 'dont', false],
      ['on', '', false],
      ['wont', 'do', false],
      ['will', '', true],
    ]);
    play('remote', false, [
      ['on', 'do', false],
      ['off', '', false],
      ['on', '', false],
      ['will', '', true],
    ]);
    play('remote', true, [
      ['will', 'do', true],
      ['off', 'dont', false],
      ['on', '', false],
      ['off', '', false],
      ['wont', '', false],
    ]);
  });

  it('a refusal that is answered by an offer is not argued about', () => {
    play('remote', true, [
      ['will', 'do', true],
      ['off', 'dont', false],
      ['will', '', false],
    ]);
    play('remote', true, [
      ['will', 'do', true],
      ['off', 'dont', false],
      ['on', '', false],
      ['will', '', true],
    ]);
  });

  it('what the two sides do are two things', () => {
    const negotiation = new TelnetOptionNegotiation({ local: [option], remote: [option] });
    negotiation.receive('do', option);
    expect(negotiation.isOn('local', option)).toBe(true);
    expect(negotiation.isOn('remote', option)).toBe(false);
  });

  it('it is known whether an answer is still to come', () => {
    const negotiation = new TelnetOptionNegotiation();
    negotiation.ask('remote', option, true);
    expect(negotiation.isPending('remote', option)).toBe(true);
    negotiation.receive('wont', option);
    expect(negotiation.isPending('remote', option)).toBe(false);
  });

  it('two sides that want anything come to rest, and then agree on what is on', () => {
    const sides = ['local', 'remote'] as const;
    const wish = fc.record({
      who: fc.constantFrom(0, 1),
      side: fc.constantFrom(...sides),
      option: fc.constantFrom(0, 1, 44),
      on: fc.boolean(),
      // How many messages are under way before the next wish.
      delivered: fc.nat({ max: 3 }),
    });
    const policy = fc.record({
      local: fc.subarray([0, 1, 44]),
      remote: fc.subarray([0, 1, 44]),
    });
    fc.assert(
      fc.property(policy, policy, fc.array(wish, { maxLength: 30 }), (one, other, wishes) => {
        const peers = [new TelnetOptionNegotiation(one), new TelnetOptionNegotiation(other)];
        const underWay: [Uint8Array[], Uint8Array[]] = [[], []];
        let messages = 0;
        const send = (to: 0 | 1, reply: Uint8Array) => {
          if (reply.length === 0) return;
          messages += 1;
          underWay[to].push(reply);
        };
        const deliver = (to: 0 | 1): boolean => {
          const [token] = new TelnetReader().read(underWay[to].shift() ?? new Uint8Array());
          if (token?.kind !== 'negotiation') return false;
          const result = peers[to]?.receive(token.verb, token.option);
          send(to === 0 ? 1 : 0, result?.reply ?? new Uint8Array());
          return true;
        };
        for (const { who, side, option, on, delivered } of wishes) {
          const result = peers[who]?.ask(side, option, on);
          send(who === 0 ? 1 : 0, result?.reply ?? new Uint8Array());
          for (let left = delivered; left > 0; left -= 1) if (!deliver(0)) deliver(1);
        }
        while (deliver(0) || deliver(1)) {
          if (messages > 4 * wishes.length) throw new Error('they go on for ever');
        }
        for (const option of [0, 1, 44]) {
          for (const [at, side] of sides.entries()) {
            const isOn = peers[0]?.isOn(side, option);
            expect(isOn).toBe(peers[1]?.isOn(sides[1 - at] ?? side, option));
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
