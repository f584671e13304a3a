import { describe, expect, it } from 'vitest';
import { ScpiDriver } from '../../src/instruments/index.ts';
import type { ManualClock, SignalboxError } from '../../src/kernel/index.ts';
import {
  MessageSession,
  messagesUnderWayMost,
  outputBytesMost,
  scpiMessages,
  unreadLongestMs,
} from '../../src/sessions/index.ts';
import type { MessageSessionOptions } from '../../src/sessions/index.ts';
import { echo, openPort } from '../ports/open-port.ts';
import type { Peer } from '../support/memory-link.ts';
import { ask, owner } from '../support/line-transaction.ts';

const whole = { bytesMost: 1_000_000, timeoutMs: 5_000 };

interface Bench {
  readonly session: MessageSession;
  readonly clock: ManualClock;
  readonly written: readonly string[];
  readonly faults: readonly string[];
  readonly port: MessageSessionOptions['port'];
  say(text: string): void;
}

async function begin(
  peer: Peer,
  mode: MessageSessionOptions['mode'] = 'synchronized',
): Promise<Bench> {
  const { port, clock, bench } = await openPort(peer);
  const faults: string[] = [];
  const session = new MessageSession({
    port,
    protocol: scpiMessages(new ScpiDriver({ parameters: [], timeoutMs: 1_000 })),
    by: owner('client'),
    clock,
    mode,
    waitMs: 10_000,
    faulty: ({ code }: SignalboxError) => faults.push(code),
  });
  const say = (text: string): void => bench.current?.side.reply(text);
  return { session, clock, written: bench.written, faults, port, say };
}

async function write({ session }: Bench, text: string, tag?: number): Promise<void> {
  await session.write(new TextEncoder().encode(text), false, { tag });
}

async function read({ session }: Bench, more: object = {}): Promise<string> {
  const { data } = await session.read({ ...whole, ...more });
  return new TextDecoder().decode(data);
}

/** Reads to the end of a response, and says how long it was. */
async function wholeResponse({ session, clock }: Bench): Promise<number> {
  for (let length = 0; ;) {
    await clock.advance(1);
    const { data, isEnd } = await session.read(whole);
    length += data.length;
    if (isEnd) return length;
  }
}

describe('a query in two steps', () => {
  it('is one transaction: nobody comes between its message and its response', async () => {
    const bench = await begin((request, side) => {
      bench.clock.schedule(20, () => side.reply(`re ${request}`));
    });
    await write(bench, 'VOLT?\n');
    const other = bench.port.transact(ask('other'), owner('other'));
    await bench.clock.advance(100);
    expect(await other).toBe('re other');
    expect(await read(bench)).toBe('re VOLT?\n');
    expect(bench.written).toEqual(['VOLT?\n', 'other\n']);
  });

  it('begins when its message is whole, in however many pieces it comes', async () => {
    const bench = await begin(echo);
    for (const piece of ['VO', 'LT', '?']) await write(bench, piece);
    expect(bench.written).toEqual([]);
    await bench.session.write(new Uint8Array(), true);
    expect(await read(bench)).toBe('re VOLT?\n');
  });

  it('gives its response in as many parts as are read, and says where it ends', async () => {
    const bench = await begin((_, side) => side.reply('abc;defgh\n'));
    await write(bench, 'ALL?\n', 7);
    const parts = [
      await bench.session.read({ ...whole, bytesMost: 2 }),
      await bench.session.read({ ...whole, endByte: 0x3b }),
      await bench.session.read(whole),
    ];
    expect(
      parts.map(({ data, isEnd, tag }) => [new TextDecoder().decode(data), isEnd, tag]),
    ).toEqual([
      ['ab', false, 7],
      ['c;', false, 7],
      ['defgh\n', true, 7],
    ]);
    expect(bench.session.isMessageAvailable).toBe(false);
  });

  it('tells its reader when it came to nothing, and a command its writer', async () => {
    const bench = await begin(() => {});
    await write(bench, 'VOLT?\n');
    const failed = expect(read(bench)).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
    await bench.clock.advance(2_000);
    await failed;
    await bench.port.close();
    await expect(write(bench, 'VOLT 5\n')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('is over with the last byte of its response: nobody waits for more', async () => {
    const bench = await begin(echo);
    const { session } = bench;
    await write(bench, 'VOLT?\n');
    expect(await read(bench)).toBe('re VOLT?\n');
    expect(session.isResponding).toBe(false);
  });

  it('is waited for only as long as its reader says, and can still be read later', async () => {
    const bench = await begin((request, side) => {
      bench.clock.schedule(500, () => side.reply(`re ${request}`));
    });
    await write(bench, 'VOLT?\n');
    const early = expect(read(bench, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
    });
    await bench.clock.advance(200);
    await early;
    await bench.clock.advance(500);
    expect(await read(bench)).toBe('re VOLT?\n');
  });
});

describe('many messages at once', () => {
  it('fail one by one where the instrument is held, and end nothing but their write', async () => {
    const bench = await begin(echo);
    await bench.port.lease({ by: owner('holder'), waitMs: 1_000, holdMs: 60_000 });
    const written = expect(
      write(bench, 'SET 1\n'.repeat(messagesUnderWayMost + 6)),
    ).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    await bench.clock.advance(10_000);
    await bench.clock.advance(10_000);
    await written;
    expect(bench.written).toEqual([]);
  });
});

describe('a client out of step', () => {
  it('loses the response that it did not read when it sends the next message (-410)', async () => {
    const bench = await begin(echo);
    await write(bench, 'VOLT?\n');
    await bench.clock.advance(10);
    await write(bench, 'CURR?\n');
    expect(await read(bench)).toBe('re CURR?\n');
    expect(bench.faults).toEqual(['QUERY_INTERRUPTED']);
  });

  it('loses it also when it has not come yet', async () => {
    const bench = await begin((request, side) => {
      bench.clock.schedule(50, () => side.reply(`re ${request}`));
    });
    await write(bench, 'VOLT?\n');
    await write(bench, 'CURR?\n');
    await bench.clock.advance(500);
    expect(await read(bench)).toBe('re CURR?\n');
    expect(bench.written).toEqual(['VOLT?\n', 'CURR?\n']);
    expect(bench.faults).toEqual(['QUERY_INTERRUPTED']);
  });

  it('keeps all responses in their order where messages may overlap', async () => {
    const bench = await begin(echo, 'overlapped');
    await write(bench, 'VOLT?\nCURR?\n', 1);
    await write(bench, 'RES?\n', 2);
    await bench.clock.advance(10);
    expect([await read(bench), await read(bench)]).toEqual(['re VOLT?\n', 're CURR?\n']);
    expect(await read(bench)).toBe('re RES?\n');
    expect(bench.faults).toEqual([]);
  });

  it('hears of a read in the middle of its own message, which is dropped (-420)', async () => {
    const bench = await begin(echo);
    await write(bench, 'VOL');
    await expect(read(bench)).rejects.toMatchObject({ code: 'QUERY_UNTERMINATED' });
    await write(bench, 'CURR?\n');
    expect(await read(bench)).toBe('re CURR?\n');
    expect(bench.written).toEqual(['CURR?\n']);
  });

  it('reads the instrument itself where it asked nothing', async () => {
    const bench = await begin(() => {});
    const heard = read(bench);
    await bench.clock.advance(10);
    bench.say('hello\n');
    expect(await heard).toBe('hello\n');
    expect(bench.written).toEqual([]);
  });

  it('is told when that says nothing (-420)', async () => {
    const bench = await begin(() => {});
    const heard = expect(read(bench, { timeoutMs: 300 })).rejects.toMatchObject({
      code: expect.stringMatching(/QUERY_UNTERMINATED|WAIT_TIMEOUT/) as string,
    });
    await bench.clock.advance(1_000);
    await heard;
    expect(bench.faults).toEqual(['QUERY_UNTERMINATED']);
  });
});

describe('the end of a conversation', () => {
  it('comes with a clear: unfinished input, what is in line, and all responses are gone', async () => {
    const bench = await begin((request, side) => {
      bench.clock.schedule(50, () => side.reply(`re ${request}`));
    }, 'overlapped');
    await write(bench, 'VOLT?\nCURR?\nHALF');
    const cleared = bench.session.clear();
    await bench.clock.advance(500);
    await cleared;
    expect(bench.written).toEqual(['VOLT?\n']);
    await write(bench, 'RES?\n');
    await bench.clock.advance(500);
    expect(await read(bench)).toBe('re RES?\n');
  });

  it('ends all reads and writes when it is closed', async () => {
    const bench = await begin(() => {});
    await write(bench, 'VOLT?\n');
    const reading = expect(read(bench)).rejects.toMatchObject({ code: 'CLOSED' });
    await bench.clock.advance(10);
    const closed = bench.session.close();
    await bench.clock.advance(5_000);
    await closed;
    await reading;
    await expect(write(bench, 'VOLT?\n')).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(read(bench)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a response longer than the output queue', () => {
  const piece = 'x'.repeat(outputBytesMost / 4);
  const long = `${piece.repeat(12)}\n`;
  /** Sends it in pieces, as fast as the link takes them. */
  const longAnswer: Peer = (request, side) => {
    if (request !== 'ALL?\n') side.reply(`re ${request}`);
    else
      for (let at = 0; at < long.length; at += piece.length)
        side.reply(long.slice(at, at + piece.length));
  };

  it('comes whole, while its session holds no more than the bound and a piece', async () => {
    const bench = await begin(longAnswer);
    await write(bench, 'ALL?\n');
    let got = '';
    for (;;) {
      await bench.clock.advance(1);
      expect(bench.session.unreadBytes).toBeLessThanOrEqual(outputBytesMost + piece.length);
      const { data, isEnd } = await bench.session.read(whole);
      got += new TextDecoder().decode(data);
      if (isEnd) break;
    }
    expect(got === long).toBe(true);
  });

  it('may take longer than the instrument has time to begin it, as long as it goes on', async () => {
    const bench = await begin((_, side) => {
      for (const [at, text] of ['a', 'b', 'c\n'].entries()) {
        bench.clock.schedule((at + 1) * 800, () => side.reply(text));
      }
    });
    await write(bench, 'ALL?\n');
    await bench.clock.advance(3_000);
    expect(await read(bench)).toBe('abc\n');
  });

  it('comes whole to a client that reads it late, and is not taken for late itself', async () => {
    const bench = await begin(longAnswer);
    await write(bench, 'ALL?\n');
    await bench.clock.advance(unreadLongestMs - 100);
    expect(await wholeResponse(bench)).toBe(long.length);
    expect(bench.faults).toEqual([]);
  });

  it('keeps others from the instrument only for a while when its reader does not read (-430)', async () => {
    const bench = await begin(longAnswer);
    await write(bench, 'ALL?\n');
    await bench.clock.advance(100);
    const other = bench.port.transact(ask('other'), owner('other'));
    await bench.clock.advance(unreadLongestMs);
    expect(await other).toBe('re other');
    expect(bench.faults).toEqual(['QUERY_DEADLOCKED']);
    await expect(read(bench)).rejects.toMatchObject({ code: 'QUERY_DEADLOCKED' });
    await write(bench, 'VOLT?\n');
    await bench.clock.advance(10);
    expect(await read(bench)).toBe('re VOLT?\n');
  });
});

describe('a client that asks and does not read', () => {
  it('is made to wait with its next messages when its output queue is full', async () => {
    const answer = `${'x'.repeat(60_000)}\n`;
    const bench = await begin((_request, side) => side.reply(answer), 'overlapped');
    const writing = write(bench, 'A?\n'.repeat(1_000));
    for (let turn = 0; turn < 200; turn += 1) await bench.clock.advance(1);
    // What was under way when it was full still comes.
    const most = outputBytesMost + messagesUnderWayMost * answer.length;
    expect(bench.session.unreadBytes).toBeLessThanOrEqual(most);
    expect(bench.written.length).toBeLessThan(200);
    await bench.clock.advance(unreadLongestMs);
    expect(bench.faults).toContain('QUERY_DEADLOCKED');
    await bench.session.close();
    await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('messages that were not begun', () => {
  const commands = Array.from({ length: 200 }, (_, n) => `CMD ${n}\n`).join('');

  it('are not begun any more when their session is closed', async () => {
    const bench = await begin(() => {});
    const lease = await bench.port.lease({ by: owner('other'), waitMs: 0, holdMs: 60_000 });
    const writing = write(bench, commands);
    await bench.clock.advance(1);
    await bench.session.close();
    await lease.release();
    await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
    await bench.clock.advance(100);
    expect(bench.written).toEqual([]);
  });

  it('nor when it is cleared, and what comes after is', async () => {
    const bench = await begin(() => {});
    const lease = await bench.port.lease({ by: owner('other'), waitMs: 0, holdMs: 60_000 });
    const writing = write(bench, commands);
    await bench.clock.advance(1);
    await bench.session.clear();
    await lease.release();
    await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
    await write(bench, 'NEXT\n');
    await bench.clock.advance(100);
    expect(bench.written).toEqual(['NEXT\n']);
  });
});

describe('a read with nothing asked', () => {
  it('waits no longer than the instrument may take, whatever its client says', async () => {
    const bench = await begin(() => {});
    const reading = expect(read(bench, { timeoutMs: 3_600_000 })).rejects.toMatchObject({
      code: 'QUERY_UNTERMINATED',
    });
    await bench.clock.advance(1_001);
    await reading;
  });

  it('ends with its session, and holds up nobody', async () => {
    const bench = await begin((request, side) => side.reply(`re ${request}`));
    const reading = read(bench).catch(() => {});
    await bench.clock.advance(1);
    const other = bench.port.transact(ask('other'), owner('other'));
    await bench.session.close();
    await bench.clock.advance(1);
    expect(await other).toBe('re other');
    await reading;
  });

  it('that hears nothing leaves the link as it is', async () => {
    const bench = await begin((request, side) => side.reply(`re ${request}`));
    for (let round = 0; round < 6; round += 1) {
      const reading = expect(read(bench)).rejects.toMatchObject({ code: 'QUERY_UNTERMINATED' });
      await bench.clock.advance(1_001);
      await reading;
    }
    expect(bench.port.statistics().reconnects).toBe(0);
    expect(bench.port.status().state).toBe('open');
  });
});
