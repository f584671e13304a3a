import { describe, expect, it } from 'vitest';
import { ScpiDriver } from '../../src/instruments/index.ts';
import type { ManualClock } from '../../src/kernel/index.ts';
import type { Port } from '../../src/ports/index.ts';
import { longMessageWaitingMost } from '../../src/protocols/index.ts';
import {
  heldMessageBytesMost,
  MessageSession,
  scpiMessages,
  stalledMessageMs,
} from '../../src/sessions/index.ts';
import type { MessageSessionOptions } from '../../src/sessions/index.ts';
import { openPort } from '../ports/open-port.ts';
import type { MemoryBench } from '../support/memory-link.ts';
import { ask, owner } from '../support/line-transaction.ts';

const whole = { bytesMost: 1_000, timeoutMs: 5_000 };
const driver = new ScpiDriver({ parameters: [], timeoutMs: 1_000 });

interface Bench {
  readonly session: MessageSession;
  readonly port: Port;
  readonly clock: ManualClock;
  readonly bench: MemoryBench;
}

/** An instrument that answers each message that ends with a question mark, in however many writes. */
async function begin(mode: MessageSessionOptions['mode'] = 'synchronized'): Promise<Bench> {
  let tail = '';
  let opens = 1;
  const { port, clock, bench } = await openPort((request, side) => {
    // A new connection knows nothing of what came on the one before.
    if (bench.opens !== opens) tail = '';
    opens = bench.opens;
    tail = (tail + request).slice(-9);
    if (!tail.endsWith('\n')) return;
    if (tail.endsWith('?\n')) side.reply(`re ${tail}`);
    tail = '';
  });
  const session = new MessageSession({
    port,
    protocol: scpiMessages(driver),
    by: owner('client'),
    clock,
    mode,
    waitMs: 10_000,
  });
  return { session, port, clock, bench };
}

/** `DATA ` and the head of a block of so many bytes. */
function headOf(bytes: number): Uint8Array {
  return new TextEncoder().encode(`DATA #${String(bytes).length}${bytes}`);
}

const piece = new Uint8Array(65_536).fill(0x3f);

async function send(session: MessageSession, bytes: number): Promise<void> {
  await session.write(headOf(bytes), false);
  for (let left = bytes; left > 0; left -= piece.length) {
    await session.write(piece.subarray(0, Math.min(left, piece.length)), false);
  }
}

/** Lets what waits for nothing but others go on. */
async function settle(clock: ManualClock): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await clock.advance(1);
}

function sumOf(written: readonly string[]): number {
  return written.reduce((sum, text) => sum + text.length, 0);
}

describe('a message that is longer than what is held', () => {
  const bytes = 40 * heldMessageBytesMost;

  it('reaches the instrument whole, and its end is waited for as of any other', async () => {
    const { session, clock, bench } = await begin();
    const head = headOf(bytes).length;
    const sent = send(session, bytes);
    await settle(clock);
    await sent;
    await session.write(new TextEncoder().encode('\n'), false);
    expect(sumOf(bench.written)).toBe(head + bytes + 1);
    expect(bench.written.at(-1)).toBe('\n');
    // The question marks in the block make no query.
    expect(session.isResponding).toBe(false);
  });

  it('is passed on while it comes, so that little of it is held', async () => {
    const { session, clock, bench } = await begin();
    await send(session, 2 * heldMessageBytesMost);
    await settle(clock);
    expect(sumOf(bench.written)).toBeGreaterThan(heldMessageBytesMost);
    expect(bench.written.every((text) => text.length <= heldMessageBytesMost + piece.length)).toBe(
      true,
    );
  });

  it('makes its client wait while the instrument takes no more', async () => {
    const { session, port, clock } = await begin();
    const lease = await port.lease({ by: owner('other'), waitMs: 0, holdMs: 60_000 });
    const sent = { bytes: 0 };
    const sending = (async () => {
      await session.write(headOf(bytes), false);
      for (let left = bytes; left > 0; left -= piece.length) {
        await session.write(piece, false);
        sent.bytes += piece.length;
      }
    })();
    await settle(clock);
    expect(sent.bytes).toBeLessThan(heldMessageBytesMost + longMessageWaitingMost + piece.length);
    await lease.release();
    await settle(clock);
    await sending;
    expect(sent.bytes).toBe(bytes);
  });

  it('may ask behind its block: the response goes to its client', async () => {
    const { session, clock } = await begin();
    await send(session, bytes);
    await session.write(new TextEncoder().encode(';*OPC?\n'), false);
    expect(session.isResponding).toBe(true);
    await settle(clock);
    const { data } = await session.read(whole);
    expect(new TextDecoder().decode(data)).toContain('*OPC?');
  });

  it('that comes with its end in one piece is one message too', async () => {
    const { session, clock, bench } = await begin();
    const block = new Uint8Array(2 * heldMessageBytesMost);
    const message = Buffer.concat([headOf(block.length), block, Buffer.from(';*OPC?')]);
    await session.write(message, true);
    await settle(clock);
    expect(new TextDecoder().decode((await session.read(whole)).data)).toContain('*OPC?');
    expect(sumOf(bench.written)).toBe(message.length + 1);
  });

  it('comes before the messages behind it', async () => {
    const { session, clock, bench } = await begin('overlapped');
    await send(session, bytes);
    await session.write(new TextEncoder().encode('\nNEXT?\n'), false);
    await settle(clock);
    expect(bench.written.at(-1)).toBe('NEXT?\n');
    expect(bench.written.at(-2)).toBe('\n');
  });

  it('whose client leaves in the middle frees the line, and spoils nobody’s answer', async () => {
    const { session, port, clock, bench } = await begin();
    await send(session, 2 * heldMessageBytesMost).catch(() => {});
    await session.write(headOf(100), false);
    await settle(clock);
    const other = port.transact(ask('other?'), owner('other'));
    await session.close();
    await clock.advance(1_000);
    expect(await other).toBe('re other?');
    expect(bench.opens).toBe(2);
  });

  it('whose client says no more loses its turn after a while', async () => {
    const { session, port, clock, bench } = await begin();
    await session.write(headOf(bytes), false);
    for (let n = 0; n < 20; n += 1) await session.write(piece, false);
    const other = port.transact(ask('other?'), owner('other'));
    await settle(clock);
    expect(bench.opens).toBe(1);
    await clock.advance(stalledMessageMs + 500);
    expect(await other).toBe('re other?');
    expect(bench.opens).toBe(2);
    // What comes of it after all goes nowhere, and its end says what happened.
    const written = bench.written.length;
    for (let left = bytes - 20 * piece.length; left > 0; left -= piece.length) {
      await session.write(piece, false);
    }
    await expect(session.write(new TextEncoder().encode('\n'), false)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(bench.written).toHaveLength(written);
  });

  it('whose client sends a byte now and then loses its turn all the same', async () => {
    const { session, port, clock, bench } = await begin();
    await session.write(headOf(bytes), false);
    for (let n = 0; n < 20; n += 1) await session.write(piece, false);
    const other = port.transact(ask('other?'), owner('other'));
    await settle(clock);
    for (let n = 0; n < 4; n += 1) {
      await clock.advance(stalledMessageMs / 3);
      await session.write(piece.subarray(0, 1), false);
    }
    await settle(clock);
    expect(await other).toBe('re other?');
    expect(bench.opens).toBe(2);
  });

  it('that waits in line for too long fails at its end, not before', async () => {
    const { session, port, clock } = await begin();
    const lease = await port.lease({ by: owner('other'), waitMs: 0, holdMs: 60_000 });
    const failed = (async () => {
      await send(session, bytes);
      await session.write(new TextEncoder().encode('\n'), false);
    })();
    const told = expect(failed).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    await settle(clock);
    await clock.advance(11_000);
    await settle(clock);
    await told;
    await lease.release();
    await session.write(new TextEncoder().encode('NEXT?\n'), false);
    await settle(clock);
    expect(new TextDecoder().decode((await session.read(whole)).data)).toBe('re NEXT?\n');
  });

  it('is forgotten by a device clear', async () => {
    const { session, clock } = await begin();
    await send(session, 2 * heldMessageBytesMost);
    await session.clear();
    await clock.advance(1_000);
    await session.write(new TextEncoder().encode('NEXT?\n'), false);
    await settle(clock);
    expect(new TextDecoder().decode((await session.read(whole)).data)).toBe('re NEXT?\n');
  });

  it('is unterminated when its client reads in the middle of it', async () => {
    const { session, clock } = await begin();
    await session.write(headOf(bytes), false);
    for (let n = 0; n < 20; n += 1) await session.write(piece, false);
    await expect(session.read(whole)).rejects.toMatchObject({ code: 'QUERY_UNTERMINATED' });
    await clock.advance(1_000);
  });
});
