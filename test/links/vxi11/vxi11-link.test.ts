import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { receivedBytesMost, vxi11LinkFactory } from '../../../src/links/index.ts';
import { vxi11ClosingMs } from '../../../src/links/vxi11/vxi11-link.ts';
import {
  vxi11GraceMs,
  vxi11IoTimeoutMs,
  vxi11LockTimeoutMs,
} from '../../../src/links/vxi11/vxi11-session.ts';
import { heldConnectionsTo } from '../held-connections.ts';
import { int, opaque, record, success } from './rpc-peer.ts';
import {
  genericArgs,
  linkId,
  readArgs,
  readResults,
  ScriptedVxi11,
  writeArgs,
} from './scripted-vxi11.ts';

const forever = new AbortController().signal;
const callMs = vxi11LockTimeoutMs + vxi11IoTimeoutMs + vxi11GraceMs;

describe('a VXI-11 link', () => {
  it('names itself as VISA does', () => {
    expect(vxi11LinkFactory({ host: '10.0.0.7' }).address).toBe('TCPIP::10.0.0.7::inst0::INSTR');
    const { address } = vxi11LinkFactory({ host: 'fe80::1', device: 'gpib0,5' });
    expect(address).toBe('TCPIP::[fe80::1]::gpib0,5::INSTR');
  });

  it('asks and is answered byte for byte as the standard has it', async () => {
    await using bench = await ScriptedVxi11.open();
    const written = bench.write('*IDN?\n');
    await bench.answer('write', int(0) + int(6), writeArgs('*IDN?\n', true));
    await written;
    bench.link.askForReply(2_000);
    await bench.answer('read', readResults(0, 1, 'ACME,'), readArgs(2_000));
    await bench.answer('read', readResults(0, 4, '1\n'), readArgs(2_000));
    expect([await bench.read(), await bench.read()]).toEqual(['ACME,', '1\n.']);
  });

  it('asks the instrument for nothing before it is told to, and for nothing after the end', async () => {
    await using bench = await ScriptedVxi11.open();
    const read = bench.read();
    await bench.say('A?');
    await bench.say('B');
    bench.link.askForReply(1_000);
    await bench.answer('read', readResults(0, 4, 'b'));
    expect(await read).toBe('b.');
    await bench.say('C');
  });

  it('asks for a time that fits into a call, whatever it is told', async () => {
    await using bench = await ScriptedVxi11.open();
    for (const [told, asked] of [
      [0.2, 1],
      [-1, 0],
      [2 ** 40, 0xff_ff_ff_ff],
    ] as const) {
      bench.link.askForReply(told);
      await bench.answer('read', readResults(0, 4, 'a'), readArgs(asked));
      expect(await bench.read()).toBe('a.');
    }
  });

  it('writes no more at a time than the server takes, and ends the last piece alone', async () => {
    await using bench = await ScriptedVxi11.open({ receiveBytesMost: 4 });
    const written = bench.write('0123456789');
    await bench.answer('write', int(0) + int(4), writeArgs('0123', false));
    // It took less than it was given: the rest comes again.
    await bench.answer('write', int(0) + int(1), writeArgs('4567', false));
    await bench.answer('write', int(0) + int(4), writeArgs('5678', false));
    await bench.answer('write', int(0) + int(1), writeArgs('9', true));
    await written;
    const begun = bench.link.write(Buffer.from('ab'), { end: false, signal: forever });
    await bench.answer('write', int(0) + int(2), writeArgs('ab', false));
    await begun;
    const ended = bench.link.write(new Uint8Array(), { end: true, signal: forever });
    await bench.answer('write', int(0) + int(0), writeArgs('', true));
    await ended;
  });

  it('takes a server that says that it takes nothing for one that takes what the standard asks', async () => {
    await using bench = await ScriptedVxi11.open({ receiveBytesMost: 0 });
    const written = bench.write('x'.repeat(1_025));
    await bench.answer('write', int(0) + int(1_024), writeArgs('x'.repeat(1_024), false));
    await bench.answer('write', int(0) + int(1), writeArgs('x', true));
    await written;
  });

  it('ends when a server takes nothing of a message, or more than there is', async () => {
    for (const size of [0, 2]) {
      await using bench = await ScriptedVxi11.open();
      const written = bench.write('A');
      written.catch(() => {});
      await bench.answer('write', int(0) + int(size));
      await expect(written).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
      await bench.core.bytes.ended();
    }
  });

  it('clears, triggers, sets remote and local, and reads the status byte', async () => {
    await using bench = await ScriptedVxi11.open();
    const { link } = bench;
    const simple = [
      ['clear', async () => await link.clear(forever)],
      ['trigger', async () => await link.trigger(forever)],
      ['remote', async () => await link.setRemote('go-to-remote', forever)],
      ['remote', async () => await link.setRemote('go-to-remote-and-lock-out-local', forever)],
      ['local', async () => await link.setRemote('go-to-local', forever)],
      ['local', async () => await link.setRemote('disable-remote', forever)],
    ] as const;
    for (const [name, call] of simple) {
      const [done] = [call(), await bench.answer(name, int(0), genericArgs)];
      await done;
      // Error 8: not supported.
      const refused = call();
      refused.catch(() => {});
      await bench.answer(name, int(8), genericArgs);
      await expect(refused).rejects.toMatchObject({
        code: 'INSTRUMENT_ERROR',
        message: `${link.address}: ${name}: operation not supported`,
        details: { vxi11Error: 8 },
      });
    }
    const status = link.readStatusByte(forever);
    await bench.answer('readStatusByte', int(0) + int(0x51), genericArgs);
    expect(await status).toBe(0x51);
  });

  it('fails one read for an error of the device, and goes on', async () => {
    await using bench = await ScriptedVxi11.open();
    bench.link.askForReply(1_000);
    await bench.answer('read', readResults(17, 0, ''));
    await expect(bench.read()).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: `${bench.link.address}: read: I/O error`,
      details: { vxi11Error: 17 },
    });
    await bench.say('A?');
    bench.link.askForReply(1_000);
    await bench.answer('read', readResults(0, 4, 'a'));
    expect(await bench.read()).toBe('a.');
  });

  it('fails a write for an error of the device, and clears what it took before the next one', async () => {
    await using bench = await ScriptedVxi11.open({ receiveBytesMost: 2 });
    const locked = bench.write('A');
    locked.catch(() => {});
    await bench.answer('write', int(11) + int(0));
    await expect(locked).rejects.toMatchObject({ code: 'PORT_BUSY', details: { vxi11Error: 11 } });
    const broken = bench.write('ABC');
    broken.catch(() => {});
    await bench.answer('write', int(0) + int(2));
    await bench.answer('write', int(15) + int(0));
    await expect(broken).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
    const written = bench.write('B');
    await bench.answer('clear', int(0), genericArgs);
    await bench.takeMessage('B');
    await written;
  });

  it('ends when the server has forgotten it', async () => {
    await using bench = await ScriptedVxi11.open();
    bench.link.askForReply(1_000);
    await bench.answer('read', readResults(4, 0, ''));
    await expect(bench.read()).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining('invalid link'),
    });
    await bench.core.bytes.ended();
  });

  it('finds replies in bytes that come one at a time, and drops those that nobody waits for', async () => {
    await using bench = await ScriptedVxi11.open();
    await bench.say('A?');
    bench.link.askForReply(1_000);
    const { xid } = await bench.hear('read');
    const stranger = success('00abcdef', readResults(0, 4, 'stranger'));
    await bench.core.bytes.drip(stranger + success(xid, readResults(0, 4, 'own')));
    expect(await bench.read()).toBe('own.');
  });

  it('ends at what is no reply, with what came before it', async () => {
    const replies: readonly ((xid: string) => string)[] = [
      // Records that are too long, that break off, and that are no reply.
      () => 'ffffffff',
      () => '7fffffff',
      () => record('00000001'),
      (xid) => record(`${xid} 00000009`),
      (xid) => record(`${xid} 00000000 00000002 000607af 00000001 0000000c ${'0'.repeat(32)}`),
      // Results that break off, and a procedure that the server does not have.
      (xid) => success(xid, int(0)),
      (xid) => success(xid, int(0) + int(4) + int(0x7fff_ffff)),
      (xid) => record(`${xid} 00000001 00000000 00000000 00000000 00000003`),
      // More than was asked for.
      (xid) => success(xid, readResults(0, 4, 'x'.repeat(262_145))),
    ];
    for (const reply of replies) {
      await using bench = await ScriptedVxi11.open();
      bench.link.askForReply(1_000);
      await bench.answer('read', readResults(0, 0, 'before'));
      const { xid } = await bench.hear('read');
      bench.core.bytes.say(reply(xid));
      expect(await bench.read()).toBe('before');
      await expect(bench.read()).rejects.toMatchObject({
        code: 'LINK_PROTOCOL',
        message: expect.stringMatching(/^TCPIP::127|VXI-11/),
      });
      await bench.core.bytes.ended();
    }
  });

  it('whose server closes the connection gives what came, then says who closed', async () => {
    await using bench = await ScriptedVxi11.open();
    bench.link.askForReply(1_000);
    await bench.answer('read', readResults(0, 4, 'the last words'));
    bench.core.bytes.socket.end();
    await bench.core.bytes.ended();
    expect(await bench.read()).toBe('the last words.');
    await expect(bench.read()).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: `${bench.link.address} closed the connection`,
    });
    await expect(bench.write('A')).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });

  it('asks for no more of a response than it keeps while nobody reads', async () => {
    await using bench = await ScriptedVxi11.open();
    bench.link.askForReply(1_000);
    const piece = 'x'.repeat(262_144);
    const pieces = Math.ceil(receivedBytesMost / piece.length);
    for (let n = 0; n < pieces; n += 1) await bench.answer('read', readResults(0, 1, piece));
    // The link has heard all of it by the end of the first, and asks for nothing before the second.
    await bench.heard();
    await bench.heard();
    expect(bench.core.bytes.hasUnread).toBe(false);
    expect((await bench.read()).length).toBe(piece.length);
    await bench.answer('read', readResults(0, 4, 'end'));
    for (let n = 1; n < pieces; n += 1) expect(await bench.read()).toBe(piece);
    expect(await bench.read()).toBe('end.');
  });

  it('gives up what the server does not answer in a bounded time', async () => {
    const clock = new ManualClock();
    await using bench = await ScriptedVxi11.open({ clock });
    const status = bench.link.readStatusByte(forever);
    status.catch(() => {});
    const { xid } = await bench.hear('readStatusByte');
    await clock.advance(callMs);
    await expect(status).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    // The late answer is not the next one's.
    const next = bench.link.readStatusByte(forever);
    const { xid: own } = await bench.hear('readStatusByte');
    bench.core.reply(xid, int(0) + int(1));
    bench.core.reply(own, int(0) + int(2));
    expect(await next).toBe(2);
    const written = bench.write('A');
    written.catch(() => {});
    await bench.hear('write');
    await clock.advance(callMs);
    // How much has gone is unknown.
    await expect(written).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    await expect(bench.read()).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    expect(clock.pendingCount).toBe(0);
  });

  it('ends a write that is taken back, because how much has gone is unknown', async () => {
    await using bench = await ScriptedVxi11.open();
    const reading = bench.read();
    reading.catch(() => {});
    const abort = new AbortController();
    const written = bench.link.write(Buffer.from('A'), { end: true, signal: abort.signal });
    written.catch(() => {});
    await bench.hear('write');
    abort.abort();
    await expect(written).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(reading).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect.poll(() => heldConnectionsTo(bench.server.options.port)).toBe(0);
  });

  it('takes itself away from the server when it is closed, or leaves without in a bounded time', async () => {
    await using polite = await ScriptedVxi11.open();
    const reading = polite.read();
    reading.catch(() => {});
    const closed = Promise.all([polite.link.close(), polite.link.close()]);
    await polite.answer('destroyLink', int(0), linkId);
    await closed;
    await expect(reading).rejects.toMatchObject({ message: `${polite.link.address} was closed` });
    const clock = new ManualClock();
    await using silent = await ScriptedVxi11.open({ clock });
    const left = silent.link.close();
    await silent.hear('destroyLink');
    await clock.advance(vxi11ClosingMs);
    await left;
    expect(clock.pendingCount).toBe(0);
    await expect.poll(() => heldConnectionsTo(silent.server.options.port)).toBe(0);
  });

  it('takes a string of the server for what it is, whatever bytes it holds', async () => {
    await using bench = await ScriptedVxi11.open();
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');
    bench.link.askForReply(1_000);
    await bench.answer('read', int(0) + int(4) + opaque(every));
    expect(await bench.read()).toBe(`${every}.`);
  });
});
