import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { hislipLinkFactory, receivedBytesMost } from '../../../src/links/index.ts';
import { hislipAnswerMs } from '../../../src/links/hislip/async-answers.ts';
import {
  hislipClearingMs,
  hislipInterruptionMs,
} from '../../../src/links/hislip/hislip-session.ts';
import { randomFrom } from '../../support/random.ts';
import { digits } from '../byte-peer.ts';
import { heldConnectionsTo } from '../held-connections.ts';
import { ScriptedHislip } from './scripted-hislip.ts';

const forever = new AbortController().signal;
/** Ids of the first messages: IVI-6.1, 3.1.2. */
const [first, second, third] = ['ffffff00', 'ffffff02', 'ffffff04'];

/** A Data ('06') or DataEnd ('07') with an id and a text. */
function data(type: '06' | '07', id: string | undefined, text: string): string {
  const payload = Buffer.from(text).toString('hex');
  const length = text.length.toString(16).padStart(16, '0');
  return digits(`4853 ${type} 00 ${id ?? ''} ${length} ${payload}`);
}

/** A message without payload. */
function bare(type: string, control = '00', parameter = '00000000'): string {
  return digits(`4853 ${type} ${control} ${parameter} 0000000000000000`);
}

describe('a HiSLIP link', () => {
  it('asks and is answered byte for byte as the standard has it', async () => {
    await using bench = await ScriptedHislip.open();
    expect(bench.link.address).toBe(
      `TCPIP::127.0.0.1::hislip0,${bench.server.options.port}::INSTR`,
    );
    await bench.write('A?');
    expect(await bench.synchronous.hear(18)).toBe(data('07', first, 'A?'));
    bench.synchronous.say(data('06', first, 'hel') + data('07', first, 'lo'));
    expect(await bench.read()).toMatchObject({ text: 'hello' });
    // Bit 0 of the control code: the end of the response was delivered. 3.1.1.
    await bench.write('B?');
    expect(await bench.synchronous.hear(18)).toBe(
      digits(`4853 07 01 ${second} 0000000000000002 423f`),
    );
    await bench.write('C');
    expect(await bench.synchronous.hear(17)).toBe(data('07', third, 'C'));
  });

  it('names itself as VISA does', () => {
    const addressOf = (host: string, device?: string): string =>
      hislipLinkFactory({ host, ...(device === undefined ? {} : { device }) }).address;
    expect(addressOf('10.0.0.7')).toBe('TCPIP::10.0.0.7::hislip0::INSTR');
    expect(addressOf('fe80::1', 'hislip3')).toBe('TCPIP::[fe80::1]::hislip3::INSTR');
  });

  it('sends no longer messages than the server takes, and ends the last one alone', async () => {
    // 0x110 with the header: 256 bytes of payload.
    await using bench = await ScriptedHislip.open({ messageBytesMost: '00000000 00000110' });
    await bench.write('x'.repeat(600));
    const hears = async (bytes: number): Promise<string> =>
      await bench.synchronous.hear(16 + bytes);
    expect(await hears(256)).toBe(data('06', first, 'x'.repeat(256)));
    expect(await hears(256)).toBe(data('06', second, 'x'.repeat(256)));
    expect(await hears(88)).toBe(data('07', third, 'x'.repeat(88)));
    await bench.link.write(Buffer.from('no end'), { end: false, signal: forever });
    expect(await hears(6)).toBe(data('06', 'ffffff06', 'no end'));
  });

  it('gives a response piece by piece, however long the server says that it is', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    bench.synchronous.say(`4853 07 00 ${first} 001fffff ffffffff 414243`);
    expect(await bench.link.read(forever)).toEqual({ data: Buffer.from('ABC'), end: false });
    bench.synchronous.say('44');
    expect(await bench.link.read(forever)).toEqual({ data: Buffer.from('D'), end: false });
  });

  it('finds each message in bytes that come one at a time', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    const empty = data('06', first, '');
    const said = data('06', first, 'one ') + empty + data('07', first, 'byte');
    const [answer] = await Promise.all([bench.read(), bench.synchronous.drip(said)]);
    expect(answer).toEqual({ text: 'one byte', pieces: 8 });
    await bench.write('B?');
    await bench.synchronous.drip(data('07', second, ''));
    expect(await bench.read()).toEqual({ text: '', pieces: 1 });
  });

  it('drops what answers an older message', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('OLD?');
    await bench.write('NEW?');
    bench.synchronous.say(
      data('06', first, 'old') + data('07', first, 'er') + data('07', second, 'new'),
    );
    expect(await bench.read()).toMatchObject({ text: 'new' });
  });

  it('drops what is left of a response when the next message goes out', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('OLD?');
    // The message has begun, and some of it was read.
    bench.synchronous.say(`4853 07 00 ${first} 0000000000000006 6f6c64`);
    expect(await bench.link.read(forever)).toEqual({ data: Buffer.from('old'), end: false });
    await bench.write('NEW?');
    bench.synchronous.say(`657221${data('07', second, 'new')}`);
    expect(await bench.read()).toMatchObject({ text: 'new' });
  });

  it('drops everything between the first and the second message of an interruption', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('OLD?');
    await bench.write('NEW?');
    bench.asynchronous.say(bare('0e', '00', second));
    const status = bench.link.readStatusByte(forever);
    await bench.asynchronous.hear(16);
    bench.asynchronous.say(bare('16'));
    await status;
    bench.synchronous.say(data('07', second, 'mixed up') + bare('0d', '00', second));
    bench.synchronous.say(data('07', second, 'new'));
    expect(await bench.read()).toMatchObject({ text: 'new' });
  });

  it('interrupted, drops the response and sends nothing before both messages of it came', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    await bench.write('B?');
    await bench.synchronous.hear(36);
    bench.synchronous.say(data('06', first, 'a') + bare('0d', '00', second));
    bench.synchronous.say(data('07', second, 'b'));
    expect(await bench.read()).toMatchObject({ text: 'b' });
    const written = bench.write('C?');
    // A round trip on the other channel: what was to be sent would be here.
    const status = bench.link.readStatusByte(forever);
    await bench.asynchronous.hear(16);
    bench.asynchronous.say(bare('16', '10'));
    expect(await status).toBe(0x10);
    expect(bench.synchronous.hasUnread).toBe(false);
    bench.asynchronous.say(bare('0e', '00', second));
    await written;
    expect(await bench.synchronous.hear(18)).toContain(digits('433f'));
  });

  it('whose server forgets the second message of an interruption ends in a bounded time', async () => {
    const clock = new ManualClock();
    await using bench = await ScriptedHislip.open({ clock });
    await bench.write('A?');
    bench.synchronous.say(bare('0d', '00', first) + data('07', first, 'a'));
    await bench.read();
    const written = bench.write('B?');
    written.catch(() => {});
    await clock.advance(hislipInterruptionMs);
    await expect(written).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    expect(clock.pendingCount).toBe(0);
  });

  it('ends rather than let the rest of another response follow on what was read', async () => {
    for (const next of [bare('0d', '00', first), data('07', 'fffffefe', 'of another')]) {
      await using bench = await ScriptedHislip.open();
      await bench.write('A?');
      // 0xffffffff: the server does not know yet what it answers. 3.1.2.
      bench.synchronous.say(data('06', 'ffffffff', 'part'));
      expect(await bench.link.read(forever)).toEqual({ data: Buffer.from('part'), end: false });
      bench.synchronous.say(next + data('07', first, 'whole'));
      await expect(bench.link.read(forever)).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
    }
  });

  it('clears the device over both channels, drops what comes meanwhile and begins anew', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    await bench.synchronous.hear(18);
    bench.synchronous.say(data('06', first, 'waits to be read'));
    const cleared = bench.link.clear(forever);
    expect(await bench.asynchronous.hear(16)).toBe(bare('13'));
    const read = bench.read();
    bench.synchronous.say(data('07', first, 'late') + bare('0d', '00', first));
    bench.asynchronous.say(bare('0e', '00', first) + bare('17'));
    expect(await bench.synchronous.hear(16)).toBe(bare('08'));
    bench.synchronous.say(data('07', first, 'later') + bare('09') + data('06', 'fffffefe', 'last'));
    await cleared;
    // The ids begin anew, and no response is said to be delivered.
    await bench.write('B?');
    expect(await bench.synchronous.hear(18)).toBe(data('07', first, 'B?'));
    bench.synchronous.say(data('07', first, 'b'));
    expect(await read).toMatchObject({ text: 'b' });
  });

  it('ends when a device clear is refused, not answered in time or taken back', async () => {
    const clock = new ManualClock();
    const ends: readonly [string, (bench: ScriptedHislip) => unknown, string][] = [
      ['INSTRUMENT_ERROR', ({ asynchronous }) => asynchronous.say(bare('03', '80')), '13'],
      ['LINK_TIMEOUT', async () => await clock.advance(hislipClearingMs), '13'],
    ];
    for (const [code, end, type] of ends) {
      await using bench = await ScriptedHislip.open({ clock });
      const cleared = bench.link.clear(forever);
      cleared.catch(() => {});
      expect(await bench.asynchronous.hear(16)).toBe(bare(type));
      await end(bench);
      await expect(cleared).rejects.toMatchObject({ code });
      await expect(bench.write('A')).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
      await bench.asynchronous.ended();
    }
    await using bench = await ScriptedHislip.open();
    const abort = new AbortController();
    const cleared = bench.link.clear(abort.signal);
    cleared.catch(() => {});
    await bench.asynchronous.hear(16);
    abort.abort();
    await expect(cleared).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(bench.link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });

  it('asks a server that prefers overlap mode for the other one before anything else', async () => {
    await using bench = await ScriptedHislip.open({ features: '01' });
    await bench.write('C?');
    await bench.write('D?');
    bench.synchronous.say(data('07', first, 'c') + data('07', second, 'd'));
    expect(await bench.read()).toMatchObject({ text: 'd' });
  });

  it('takes responses in their order where the server insists on overlap mode', async () => {
    await using bench = await ScriptedHislip.open({ features: '01', agreed: '01' });
    await bench.write('A?');
    await bench.write('B?');
    expect(await bench.synchronous.hear(36)).toBe(
      data('07', first, 'A?') + data('07', second, 'B?'),
    );
    bench.synchronous.say(data('07', first, 'a') + data('07', second, 'b'));
    expect([await bench.read(), await bench.read()]).toMatchObject([{ text: 'a' }, { text: 'b' }]);
    const status = bench.link.readStatusByte(forever);
    // It names the last of the server's messages that was delivered. 3.2.2.
    expect(await bench.asynchronous.hear(16)).toBe(bare('15', '00', second));
    bench.asynchronous.say(bare('16', '00'));
    await status;
  });

  it('triggers, sets remote and local, and reads the status byte', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.link.trigger(forever);
    expect(await bench.synchronous.hear(16)).toBe(bare('0c', '00', first));
    const requests = [
      'disable-remote',
      'enable-remote',
      'disable-remote-and-go-to-local',
      'go-to-remote',
      'lock-out-local',
      'go-to-remote-and-lock-out-local',
      'go-to-local',
    ] as const;
    for (const [control, request] of requests.entries()) {
      const set = bench.link.setRemote(request, forever);
      expect(await bench.asynchronous.hear(16)).toBe(bare('0a', `0${control}`, first));
      bench.asynchronous.say(bare('0b'));
      await set;
    }
    await bench.write('A?');
    bench.synchronous.say(data('07', second, 'a'));
    await bench.read();
    const status = bench.link.readStatusByte(forever);
    expect(await bench.asynchronous.hear(16)).toBe(bare('15', '01', second));
    bench.asynchronous.say(bare('16', '51'));
    expect(await status).toBe(0x51);
  });

  it('gives no answer of a status query that was given up to the next one', async () => {
    const clock = new ManualClock();
    await using bench = await ScriptedHislip.open({ clock });
    const abort = new AbortController();
    const taken = bench.link.readStatusByte(abort.signal);
    const late = bench.link.readStatusByte(forever);
    for (const status of [taken, late]) status.catch(() => {});
    abort.abort();
    await expect(taken).rejects.toMatchObject({ code: 'CANCELLED' });
    await clock.advance(hislipAnswerMs);
    await expect(late).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    const status = bench.link.readStatusByte(forever);
    bench.asynchronous.say(bare('16', '01') + bare('16', '02') + bare('16', '04'));
    expect(await status).toBe(4);
  });

  it('tells its listeners of service requests until they leave', async () => {
    await using bench = await ScriptedHislip.open();
    const heard: string[] = [];
    const leaves = bench.link.onServiceRequest(() => void heard.push('first'));
    bench.link.onServiceRequest(() => void heard.push('second'));
    bench.asynchronous.say(bare('14', '50'));
    await expect.poll(() => heard).toEqual(['first', 'second']);
    leaves[Symbol.dispose]();
    bench.asynchronous.say(bare('14', '50'));
    await expect.poll(() => heard).toEqual(['first', 'second', 'second']);
  });

  it('fails one read for an Error of the server, on either channel, and goes on', async () => {
    await using bench = await ScriptedHislip.open();
    const { address } = bench.link;
    const pending = bench.link.read(forever);
    bench.synchronous.say('4853 03 84 00000000 0000000000000003 686f74');
    await expect(pending).rejects.toMatchObject({
      code: 'INSTRUMENT_ERROR',
      message: expect.stringContaining(`${address}: the HiSLIP server answers: device error 132`),
    });
    bench.asynchronous.say(bare('03', '04'));
    await expect(bench.link.read(forever)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('message too large'),
    });
    // One that waits to be read is not lost with the next message.
    await bench.write('A?');
    bench.synchronous.say(data('06', first, 'a') + data('06', first, 'b') + bare('03', '00'));
    expect(await bench.link.read(forever)).toEqual({ data: Buffer.from('a'), end: false });
    await bench.write('B?');
    bench.synchronous.say(data('07', second, 'c'));
    await expect(bench.link.read(forever)).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
    expect(await bench.read()).toMatchObject({ text: 'c' });
  });

  it('says no more to a server that does not read than it takes', async () => {
    await using bench = await ScriptedHislip.open();
    const { socket } = bench.synchronous;
    socket.pause();
    const unknown = Buffer.from(bare('80'), 'hex');
    const flood = Buffer.alloc(unknown.length * 500_000, unknown);
    socket.write(flood);
    await expect.poll(() => socket.writableLength, { timeout: 20_000 }).toBe(0);
    socket.resume();
    // It goes behind all that was said.
    await bench.write('A?');
    // Each was to be answered by an Error longer than itself.
    expect(socket.bytesRead).toBeLessThan(flood.length);
  });

  it('fails the request on the asynchronous channel that an Error answers', async () => {
    await using bench = await ScriptedHislip.open();
    const status = bench.link.readStatusByte(forever);
    status.catch(() => {});
    await bench.asynchronous.hear(16);
    bench.asynchronous.say(bare('03', '01'));
    await expect(status).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
  });

  it('ends with a FatalError, with what the server says', async () => {
    for (const channel of ['synchronous', 'asynchronous'] as const) {
      await using bench = await ScriptedHislip.open();
      bench[channel].say('4853 02 80 00000000 0000000000000004 66697265');
      await expect(bench.link.read(forever)).rejects.toMatchObject({
        code: 'INSTRUMENT_ERROR',
        message: expect.stringContaining("'fire'"),
      });
      await Promise.all([bench.synchronous.ended(), bench.asynchronous.ended()]);
      await expect(bench.write('A')).rejects.toMatchObject({ code: 'INSTRUMENT_ERROR' });
    }
  });

  it('gives what came before garbage, tells the server and ends', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    await bench.synchronous.hear(18);
    bench.synchronous.say(`${data('07', first, 'a')} deadbeef`);
    expect(await bench.read()).toMatchObject({ text: 'a' });
    await expect(bench.link.read(forever)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining(bench.link.address),
    });
    expect(await bench.synchronous.hear(4)).toBe('48530201');
    await bench.asynchronous.ended();
  });

  it('answers messages that HiSLIP 1.0 does not know by an Error, and passes over them', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    await bench.synchronous.hear(18);
    // Of a vendor, of HiSLIP 2.0, and one that nobody asked for.
    bench.synchronous.say(`${bare('80')}${bare('1f')}${bare('09')}${data('07', first, 'a')}`);
    expect(await bench.read()).toMatchObject({ text: 'a' });
    for (const code of ['03', '01', '00']) {
      const head = await bench.synchronous.hear(16);
      expect(head.slice(0, 8)).toBe(`485303${code}`);
      await bench.synchronous.hear(Number.parseInt(head.slice(16), 16));
    }
  });

  it('whose server ends one of its connections gives what came, then says who closed', async () => {
    for (const channel of ['synchronous', 'asynchronous'] as const) {
      await using bench = await ScriptedHislip.open();
      const { address } = bench.link;
      await bench.write('A?');
      bench.synchronous.say(data('07', first, 'the last words'));
      expect(await bench.read()).toMatchObject({ text: 'the last words' });
      bench[channel].socket.end();
      await expect(bench.link.read(forever)).rejects.toMatchObject({
        code: 'LINK_COMMUNICATION',
        message: `${address} closed the connection`,
      });
      await Promise.all([bench.synchronous.ended(), bench.asynchronous.ended()]);
    }
  });

  it('keeps what comes while nobody reads within a bound, and loses nothing', async () => {
    const random = randomFrom(71);
    const piece = Buffer.from(Uint8Array.from({ length: 99_991 }, () => random() * 256));
    const sent = Buffer.alloc(receivedBytesMost * 32, piece);
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    const { socket } = bench.synchronous;
    bench.synchronous.say(`4853 07 00 ${first} ${sent.length.toString(16).padStart(16, '0')}`);
    socket.write(sent);
    // Nothing more goes when the client and the system have what they take.
    let left = -1;
    await expect
      .poll(
        () => {
          const isStill = left === socket.writableLength;
          left = socket.writableLength;
          return isStill && left > 0;
        },
        { interval: 200 },
      )
      .toBe(true);
    expect(socket.bytesWritten - left).toBeLessThan(sent.length / 2);
    const hash = createHash('sha256');
    for (let isOver = false; !isOver;) {
      const chunk = await bench.link.read(forever);
      hash.update(chunk.data);
      isOver = chunk.end;
    }
    expect(hash.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'));
  });

  it('makes a server wait that sends endlessly many messages of nothing', async () => {
    await using bench = await ScriptedHislip.open();
    await bench.write('A?');
    const { socket } = bench.synchronous;
    // One that waits, then many without a byte: they count all the same.
    bench.synchronous.say(data('06', first, 'a'));
    const nothing = Buffer.alloc(16 * 4_096, Buffer.from(data('06', first, ''), 'hex'));
    let isFull = false;
    for (let n = 0; n < 4_096 && !isFull; n += 1) {
      if (socket.write(nothing)) continue;
      await new Promise((resolve) => setTimeout(resolve, 5));
      isFull = socket.writableLength > 2 * nothing.length;
    }
    expect(isFull).toBe(true);
  });

  it('ends a write that is taken back, because how much has gone is unknown', async () => {
    await using bench = await ScriptedHislip.open();
    bench.synchronous.socket.pause();
    const reading = bench.link.read(forever);
    reading.catch(() => {});
    const abort = new AbortController();
    const signal = abort.signal;
    const written = bench.link.write(Buffer.alloc(2 ** 26), { end: true, signal });
    written.catch(() => {});
    abort.abort();
    await expect(written).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(reading).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect.poll(() => heldConnectionsTo(bench.server.options.port)).toBe(0);
  });

  it('says why a write failed whose server has reset the connection', async () => {
    await using bench = await ScriptedHislip.open();
    bench.synchronous.socket.pause();
    const written = bench.link.write(Buffer.alloc(2 ** 26), { end: true, signal: forever });
    written.catch(() => {});
    bench.synchronous.socket.resetAndDestroy();
    await expect(written).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringMatching(/ECONNRESET|EPIPE/),
    });
  });

  it('is written by one at a time', async () => {
    await using bench = await ScriptedHislip.open();
    const writes = await Promise.allSettled([bench.write('A'), bench.write('B')]);
    expect(writes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('ends a pending read, and what is asked, when it is closed', async () => {
    await using bench = await ScriptedHislip.open();
    const ended = [bench.link.read(forever), bench.link.readStatusByte(forever)];
    for (const each of ended) each.catch(() => {});
    await Promise.all([bench.link.close(), bench.link.close()]);
    for (const each of ended) {
      await expect(each).rejects.toMatchObject({
        code: 'LINK_COMMUNICATION',
        message: `${bench.link.address} was closed`,
      });
    }
  });
});
