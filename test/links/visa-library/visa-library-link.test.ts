import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import {
  availableSlots,
  listVisaResources,
  receivedBytesMost,
  visaLibraryLinkFactory,
  visaLibraryNames,
} from '../../../src/links/index.ts';
import { visaClosingMs } from '../../../src/links/visa-library/visa-library-link.ts';
import type { Link, VisaLibraryLinkOptions } from '../../../src/links/index.ts';
import { RandomBytes } from '../../protocols/random-bytes.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { CompiledLibrary } from './small-visa.ts';

const resource = 'GPIB0::9::INSTR';
const forever = new AbortController().signal;
const end = { end: true, signal: forever };
const patientMs = 20_000;
const links: Link[] = [];
let library: CompiledLibrary;

beforeAll(() => {
  library = new CompiledLibrary('small_visa');
});

afterAll(() => library[Symbol.dispose]());

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
  await expect.poll(async () => await library.openSessions()).toBe(0);
});

function newLink(options: Partial<VisaLibraryLinkOptions> = {}): Link {
  const given = { resource, libraryPath: library.path, ...options };
  const link = visaLibraryLinkFactory(given).create();
  links.push(link);
  return link;
}

async function opened(options: Partial<VisaLibraryLinkOptions> = {}): Promise<Link> {
  const link = newLink(options);
  await link.open(forever);
  return link;
}

async function readMessage(link: Link): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = await link.read(forever);
    chunks.push(chunk.data);
    if (chunk.end) return Buffer.concat(chunks);
  }
}

async function query(link: Link, text: string, timeoutMs = patientMs): Promise<string> {
  await link.write(Buffer.from(text, 'latin1'), end);
  link.askForReply?.(timeoutMs);
  return (await readMessage(link)).toString('latin1');
}

describe('a link through a VISA library', () => {
  it('carries whole messages of any bytes', async () => {
    const link = await opened();
    expect(link).toMatchObject({ kind: 'message', address: resource });
    const random = new RandomBytes(randomFrom(5), [0, 10, 13, 255]);
    for (let turn = 0; turn < count(2_000); turn += 1) {
      const text = Buffer.from(random.bytes(1 + random.below(300))).toString('latin1');
      expect(await query(link, text), `seed ${seed}, turn ${turn}`).toBe(text);
    }
  });

  it('goes on where the library gave or took as many bytes as it could, and not the end', async () => {
    const link = await opened();
    await link.write(Buffer.from('BIG 1000000'), end);
    link.askForReply?.(patientMs);
    const wanted = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251));
    expect((await readMessage(link)).equals(wanted)).toBe(true);
    await link.write(Buffer.from('BIG 65536'), end);
    link.askForReply?.(patientMs);
    expect((await readMessage(link)).equals(wanted.subarray(0, 65_536))).toBe(true);
    await link.write(wanted.subarray(0, 500_000), { end: false, signal: forever });
    await link.write(wanted.subarray(500_000), { end: false, signal: forever });
    await link.write(new Uint8Array(), end);
    link.askForReply?.(patientMs);
    expect((await readMessage(link)).equals(wanted)).toBe(true);
  });

  it('ends a reply at a byte where that is wanted', async () => {
    const link = await opened({ termChar: 10 });
    expect(await query(link, 'one\ntwo\n')).toBe('one\n');
    link.askForReply?.(patientMs);
    expect((await readMessage(link)).toString()).toBe('two\n');
  });

  it('holds up neither this program nor its files while an instrument is slow', async () => {
    const slow = await Promise.all(
      Array.from({ length: availableSlots + 3 }, async () => await opened()),
    );
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 5);
    const replies = Promise.all(slow.map(async (link) => await query(link, 'SLOW 400')));
    let looks = 0;
    const isOver = replies.then(() => true);
    while (!(await Promise.race([isOver, pause(5, false)]))) {
      await stat(library.path);
      looks += 1;
    }
    clearInterval(ticking);
    expect(await replies).toEqual(slow.map(() => 'SLOW 400'));
    // One look at a file is as long as nothing beside a read that blocks.
    expect(looks).toBeGreaterThan(10);
    expect(turns).toBeGreaterThan(10);
  });

  it('answers while others that share its places do not', async () => {
    const live = await opened();
    for (const address of [20, 21, 22]) {
      const mute = await opened({ resource: `GPIB0::${address}::INSTR` });
      await mute.write(Buffer.from('MUTE'), end);
      mute.askForReply?.(600_000);
    }
    const dead = newLink({ resource: 'GPIB0::6::INSTR' }).open(forever);
    const isOver = dead.catch(() => true);
    let answers = 0;
    while ((await Promise.race([isOver, query(live, 'live?')])) === 'live?') answers += 1;
    await expect(dead).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    expect(answers).toBeGreaterThan(2);
  });

  it('abandons a call that does not come back, and is as good as before when it has', async () => {
    using own = new CompiledLibrary('small_visa');
    await using _released = { [Symbol.asyncDispose]: async () => await own.release() };
    const where = { resource: 'GPIB0::20::INSTR', libraryPath: own.path };
    const clock = new ManualClock();
    const hanging = await opened({ ...where, clock });
    await hanging.write(Buffer.from('HANG'), end);
    hanging.askForReply?.(patientMs);
    await pause(50);
    const closed = hanging.close();
    await clock.advance(visaClosingMs);
    await closed;
    await expect(opened(where)).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringContaining('GPIB0::20::INSTR was abandoned'),
    });
    expect(await query(await opened(), 'other?')).toBe('other?');
    await own.release();
    await expect.poll(async () => await own.openSessions()).toBe(0);
    const again = await opened(where);
    expect(await query(again, 'back?')).toBe('back?');
    await again.close();
  });

  it('waits for longer than one call of the library does', async () => {
    expect(await query(await opened(), 'SLOW 2300', 10_000)).toBe('SLOW 2300');
  });

  it('asks no more when nothing comes in time, and is as good as before', async () => {
    const link = await opened();
    await link.write(Buffer.from('MUTE'), end);
    link.askForReply?.(50);
    await expect(link.read(AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await query(link, 'hello?')).toBe('hello?');
  });

  it('gives a late reply to nobody', async () => {
    const link = await opened();
    await link.write(Buffer.from('SLOW 200'), end);
    link.askForReply?.(patientMs);
    await pause(50);
    expect(await query(link, 'fast?')).toBe('fast?');
    await link.write(Buffer.from('unread?'), end);
    link.askForReply?.(patientMs);
    await pause(50);
    expect(await query(link, 'next?')).toBe('next?');
  });

  it('is not held up for long by a reply that nobody waits for any more', async () => {
    const link = await opened();
    await link.write(Buffer.from('MUTE'), end);
    link.askForReply?.(600_000);
    await pause(50);
    expect(await query(link, 'next?')).toBe('next?');
  });

  it('fails when an instrument stops in the middle of a reply', async () => {
    const link = await opened();
    await link.write(Buffer.from('HALF'), end);
    link.askForReply?.(50);
    await expect(readMessage(link)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('middle'),
    });
  });

  it('keeps what comes while nobody reads within a bound', async () => {
    const link = await opened();
    const before = await library.bytesRead();
    await link.write(Buffer.from('BIG 3000000'), end);
    link.askForReply?.(patientMs);
    await pause(500);
    const read = (await library.bytesRead()) - before;
    expect(read).toBeGreaterThan(receivedBytesMost / 2);
    expect(read).toBeLessThan(receivedBytesMost + 2 ** 17);
    expect((await readMessage(link)).length).toBe(3_000_000);
  });

  it('says that the connection is lost, in the words of the library', async () => {
    const link = await opened();
    await link.write(Buffer.from('LOST'), end);
    link.askForReply?.(patientMs);
    await expect(link.read(forever)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringMatching(/GPIB0::9::INSTR.*0xBFFF00A6 \(small VISA says BFFF00A6\)/),
    });
    await expect(link.write(Buffer.from('x'), end)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
    });
  });

  it('ends a write that nobody takes, and one that is taken back', async () => {
    const link = await opened();
    await link.write(Buffer.from('DEAF'), end);
    const abort = new AbortController();
    const taken = link.write(Buffer.from('x'), { end: true, signal: abort.signal });
    taken?.catch(() => {});
    await pause(20);
    abort.abort();
    await expect(taken).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    const deaf = await opened();
    await deaf.write(Buffer.from('DEAF'), end);
    await expect(deaf.write(Buffer.from('x'), end)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
  });

  it('clears, triggers, polls, and goes to remote; what a library cannot is said', async () => {
    const link = await opened();
    await link.clear?.(forever);
    await link.trigger?.(forever);
    expect(await link.readStatusByte?.(forever)).toBe(0x42);
    for (const request of [
      'disable-remote',
      'enable-remote',
      'disable-remote-and-go-to-local',
      'go-to-remote',
      'lock-out-local',
      'go-to-remote-and-lock-out-local',
    ] as const) {
      await link.setRemote?.(request, forever);
    }
    await expect(link.setRemote?.('go-to-local', forever)).rejects.toMatchObject({
      code: 'INSTRUMENT_ERROR',
    });
    expect(await query(link, 'LOG?')).toBe(
      'clear,trigger,ren 0,ren 1,ren 2,ren 3,ren 4,ren 5,ren 6',
    );
  });

  it('tells each request for service, whatever thread it comes from', async () => {
    const link = await opened();
    let told = 0;
    const listener = link.onServiceRequest?.(() => (told += 1));
    await link.write(Buffer.from('SERVICE 20'), end);
    await expect.poll(() => told).toBe(20);
    listener?.[Symbol.dispose]();
    await link.write(Buffer.from('SERVICE 3'), end);
    expect(await query(link, 'x?')).toBe('x?');
    await pause(50);
    expect(told).toBe(20);
  });

  it('is not to be used before it is open or after it is closed', async () => {
    const link = newLink();
    const closed = { code: 'LINK_COMMUNICATION' };
    await expect(link.read(forever)).rejects.toMatchObject(closed);
    await expect(link.write(Buffer.of(1), end)).rejects.toMatchObject(closed);
    await expect(link.readStatusByte?.(forever)).rejects.toMatchObject(closed);
    await link.open(forever);
    const reading = link.read(forever);
    reading.catch(() => {});
    link.askForReply?.(100);
    await Promise.all([link.close(), link.close()]);
    await expect(reading).rejects.toMatchObject(closed);
    await expect(link.open(forever)).rejects.toMatchObject(closed);
  });
});

describe('opening a link through a VISA library', () => {
  it.each([
    ['GPIB0::1::INSTR', 'PORT_ABSENT'],
    ['GPIB0::8::INSTR', 'PORT_BUSY'],
    ['GPIB0::7::INSTR', 'LINK_TIMEOUT'],
  ])('to %s fails with %s, and leaves no session', async (name, code) => {
    await expect(opened({ resource: name })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(name),
    });
    expect(await library.openSessions()).toBe(0);
  });

  it('is taken back at once, and what opens later is closed', async () => {
    const abort = new AbortController();
    const opening = newLink({ resource: 'GPIB0::7::INSTR' }).open(abort.signal);
    opening.catch(() => {});
    await pause(50);
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
    const link = newLink();
    const other = link.open(forever);
    other.catch(() => {});
    await link.close();
    await expect(other).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });

  it.each([
    ['a file that is not there', '/no/such/libvisa.so'],
    ['a file that is no library', import.meta.filename],
  ])('with %s says what to install', async (_, libraryPath) => {
    await expect(opened({ libraryPath })).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining(libraryPath),
      nextStep: expect.stringContaining('NI-VISA'),
    });
  });

  it('with a library that has not all functions says so', async () => {
    using other = new CompiledLibrary('no_visa');
    await expect(opened({ libraryPath: other.path })).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining('viOpen'),
    });
  });

  it('without a file looks for the usual names', async () => {
    const link = visaLibraryLinkFactory({ resource: 'GPIB0::29::INSTR' }).create();
    links.push(link);
    // Where this machine has a VISA library, it says that it has no such instrument.
    await expect(link.open(forever)).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`${visaLibraryNames[0]}|GPIB0::29`)),
    });
  });
});

describe('a VISA library', () => {
  it('is asked for the instruments that it finds', async () => {
    expect(await listVisaResources({ libraryPath: library.path })).toEqual([
      'GPIB0::7::INSTR',
      'GPIB0::8::INSTR',
      'GPIB0::9::INSTR',
    ]);
    expect(await listVisaResources({ libraryPath: library.path, expression: 'USB?*' })).toEqual([]);
    await expect(listVisaResources({ libraryPath: '/no/such/libvisa.so' })).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
    });
  });
});
