import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTimeoutMs, ProparWire } from '../../../src/instruments/index.ts';
import { SignalboxError } from '../../../src/kernel/index.ts';
import { proparProtocol } from '../../../src/sessions/index.ts';
import type { ClientRequest } from '../../../src/sessions/index.ts';
import { strangerTimeoutMs } from '../../../src/sessions/propar/propar-request.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { transactWith } from '../instrument-of-values.ts';
import type { ValueOf, WireRequest } from '../instrument-of-values.ts';
import { cut, drawnRead, heldValue } from './client-frames.ts';

const held: ValueOf = (node, item) => heldValue(node, item, item.stringLength ?? 0);

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function requestsOf(...pieces: readonly Uint8Array[]): ClientRequest[] {
  const conversation = proparProtocol(new ProparWire()).converse();
  return pieces.flatMap((piece) => conversation.push(piece));
}

/** What a client gets for its bytes; undefined where there is silence. */
async function answers(bytes: Uint8Array, valueOf: ValueOf, seen?: WireRequest[]) {
  const transact = transactWith(valueOf, seen);
  return await Promise.all(
    requestsOf(bytes).map(async (request) => hex(await request.perform(transact))),
  );
}

const measure: ValueOf = () => Uint8Array.of(0x3e, 0x80);

describe('ProPar for unmodified programs', () => {
  it('answers in the layout of the request, to the byte, however its bytes are cut', async () => {
    const random = randomFrom();
    await fc.assert(
      fc.asyncProperty(fc.array(drawnRead, { minLength: 1, maxLength: 6 }), async (reads) => {
        const stream = Buffer.concat(reads.map(({ request }) => request));
        const requests = requestsOf(...cut(stream, random));
        const transact = transactWith(held);
        const given = await Promise.all(requests.map(async (each) => await each.perform(transact)));
        expect(given.map(hex), `seed ${seed}`).toEqual(reads.map(({ answer }) => hex(answer)));
      }),
      { numRuns: count(1_000) },
    );
  });

  it('reads each value of a chain by itself, so that it can be shared with others', async () => {
    // fMeasure and fSetpoint under indices of the client's own.
    const chain = bytesOf('10 02 1e 03 08 04 01 c0 21 40 41 21 43 10 03');
    const [request] = requestsOf(chain);
    const keys: (string | undefined)[] = [];
    await request?.perform(async (transaction) => {
      keys.push(transaction.merge?.key);
      expect(transaction.merge?.chain).toBeDefined();
      expect(transaction.repeat).toBe('once');
      return await transactWith(held)(transaction);
    });
    expect(keys).toEqual(['3/33/0/64/0', '3/33/3/64/0']);
  });

  it('asks an address that never answered for itself no longer than those who look for instruments', async () => {
    const wire = new ProparWire();
    const timeoutsMs: number[] = [];
    const ask = async (text: string): Promise<void> => {
      const [request] = proparProtocol(wire).converse().push(bytesOf(text));
      await request?.perform(async (transaction) => {
        timeoutsMs.push(transaction.timeoutMs);
        return await transactWith(held)(transaction);
      });
    };
    const address = '10 02 07 03 05 04 00 01 00 01 10 03';
    await ask(address);
    // It has answered, so from now on it is given its time.
    await ask(address);
    // What looks for nobody is given its time anyway.
    await ask('10 02 08 04 05 04 01 20 01 20 10 03');
    expect(timeoutsMs).toEqual([strangerTimeoutMs, answerTimeoutMs, answerTimeoutMs]);
  });

  it('leaves node 128 what the client asked for', async () => {
    const asked = bytesOf('10 02 07 80 05 04 01 20 01 20 10 03');
    expect(await answers(asked, measure)).toEqual(['10020780050201203e801003']);
  });

  it('answers an ASCII read in ASCII, also one in small letters', async () => {
    const asked = new TextEncoder().encode(':06030401210120\r\n:0680040a210120\r\n');
    const [first, second] = await answers(asked, measure);
    expect(Buffer.from(first ?? '', 'hex').toString()).toBe(':06030201213E80\r\n');
    expect(Buffer.from(second ?? '', 'hex').toString()).toBe(':0680020A213E80\r\n');
  });

  it('passes a write through once and as it is, with its status', async () => {
    const seen: WireRequest[] = [];
    const write = bytesOf('10 02 15 03 05 01 01 21 3e 80 10 03');
    expect(await answers(write, held, seen)).toEqual(['10021503030000051003']);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ node: 3, message: { kind: 'send', command: 1 } });
    let repeat: string | undefined;
    await requestsOf(write)[0]?.perform(async (transaction) => {
      ({ repeat } = transaction);
      return await transactWith(held)(transaction);
    });
    expect(repeat).toBe('never');
  });

  it('does not answer a write that asks for no acknowledgement', async () => {
    const seen: WireRequest[] = [];
    const write = bytesOf('10 02 22 03 05 02 01 21 7d 00 10 03');
    expect(await answers(write, held, seen)).toEqual([undefined]);
    expect(seen).toHaveLength(1);
  });

  it('answers a read that the instrument refuses with its status, at the place in the request', async () => {
    // Two values of one process; the second is refused at its real address (3 in a message alone).
    const asked = bytesOf('10 02 05 03 08 04 01 a0 01 20 21 01 21 10 03');
    const refuse: ValueOf = (_node, { parameter }) => (parameter === 1 ? 4 : Uint8Array.of(1, 2));
    const [answer] = await answers(asked, refuse);
    expect(answer).toBe('10020503030004061003');
  });

  it("passes on the error frame of the bus's host in the client's own form", async () => {
    const refused = new SignalboxError('INSTRUMENT_TIMEOUT', 'no answer', {
      details: { frameError: 9 },
    });
    const failing = async (): Promise<never> => await Promise.reject(refused);
    const [binary] = requestsOf(bytesOf('10 02 05 03 05 04 01 20 01 20 10 03'));
    expect(hex(await binary?.perform(failing))).toBe('1002050300091003');
    const [ascii] = requestsOf(new TextEncoder().encode(':06030401210120\r\n'));
    const answer = await ascii?.perform(failing);
    expect(new TextDecoder().decode(answer)).toBe(':0109\r\n');
  });

  it('answers a read of more than fits into a frame as the instrument would, with its status', async () => {
    // Two texts of 126 bytes, which are 258 bytes with their heads.
    const asked = bytesOf('10 02 05 03 0a 04 71 e1 71 61 7e 61 71 61 7e 10 03');
    const long: ValueOf = (_node, { stringLength = 0 }) => new Uint8Array(stringLength);
    expect(await answers(asked, long)).toEqual(['1002050303001d001003']);
    // 255 bytes fit into a binary frame, and not into a line.
    const most = '04 71 e1 71 61 7e 61 71 61 7b'.replaceAll(' ', '');
    const binary = bytesOf(`10 02 05 03 0a ${most} 10 03`);
    const [fits] = await answers(binary, long);
    expect(fits?.startsWith('10020503ff02')).toBe(true);
    const [line] = await answers(new TextEncoder().encode(`:0b03${most}\r\n`), long);
    expect(Buffer.from(line ?? '', 'hex').toString()).toBe(':0403001D00\r\n');
  });

  it('leaves it to the instrument to refuse a text longer than any', async () => {
    const seen: WireRequest[] = [];
    const asked = bytesOf('10 02 05 03 06 04 71 61 71 61 f8 10 03');
    expect(await answers(asked, () => 29, seen)).toEqual(['1002050303001d031003']);
    expect(seen).toMatchObject([{ node: 3, message: { items: [{ stringLength: 0xf8 }] } }]);
    const longest = bytesOf('10 02 05 03 06 04 71 61 71 61 f7 10 03');
    const [answer] = await answers(longest, () => new Uint8Array(0xf7));
    expect(answer?.startsWith('10020503fb02')).toBe(true);
  });

  it('fails where nobody answered, so that the client hears nothing', async () => {
    const silent = new SignalboxError('INSTRUMENT_TIMEOUT', 'no reply');
    const [request] = requestsOf(bytesOf('10 02 05 03 05 04 01 20 01 20 10 03'));
    await expect(request?.perform(async () => await Promise.reject(silent))).rejects.toBe(silent);
  });

  it('answers a message that breaks off by itself: the bus never sees it', async () => {
    const seen: WireRequest[] = [];
    const broken = bytesOf('10 02 05 03 03 04 01 20 10 03');
    expect(await answers(broken, held, seen)).toEqual(['10020503030022001003']);
    expect(seen).toEqual([]);
  });

  it('takes no error frame for a request', () => {
    expect(requestsOf(bytesOf('10 02 05 03 00 09 10 03'))).toEqual([]);
    expect(requestsOf(new TextEncoder().encode(':0109\r\n'))).toEqual([]);
  });

  it('takes no line for a request that has binary bytes in it', () => {
    const binary = bytesOf('10 02 05 03 05 04 01 20 01 20 10 03');
    const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(requestsOf(ascii(':06030101217\u0010D00\r\n'))).toEqual([]);
    const torn = requestsOf(ascii(':0603010121'), binary, ascii('7D00\r\n'));
    expect(torn.map(({ label }) => label)).toEqual(['read node 3 1/0']);
    expect(requestsOf(ascii(':06030101217D00\r\n'))).toHaveLength(1);
  });

  it('gets through any noise before and between frames', async () => {
    const random = randomFrom(1);
    const read = bytesOf('10 02 07 03 05 04 01 20 01 20 10 03');
    for (let round = 0; round < count(2_000); round += 1) {
      const noise = Uint8Array.from({ length: Math.floor(random() * 40) }, () =>
        Math.floor(random() * 256),
      );
      const requests = requestsOf(...cut(Buffer.concat([noise, Uint8Array.of(0), read]), random));
      const labels = requests.map(({ label }) => label);
      expect(labels.at(-1), `seed ${seed}, round ${round}`).toBe('read node 3 1/0');
    }
  });
});
