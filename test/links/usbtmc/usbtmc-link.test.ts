import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSignalboxError } from '../../../src/kernel/index.ts';
import { receivedBytesMost, usbtmcLinkFactory } from '../../../src/links/index.ts';
import type { Link } from '../../../src/links/index.ts';
import { RandomBytes } from '../../protocols/random-bytes.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { answerOf, SimulatedDevice } from './simulated-device.ts';

const address = 'USB0::0x0699::0x0401::C012345::INSTR';
const forever = new AbortController().signal;
const end = { end: true, signal: forever };
const patientMs = 20_000;
const links: Link[] = [];
let device: SimulatedDevice;

beforeEach(() => {
  device = new SimulatedDevice();
});

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
  expect(device.complaints).toEqual([]);
  expect(device.opens).toBe(0);
});

function newLink(): Link {
  const link = usbtmcLinkFactory({ address, transfers: () => device.connect() }).create();
  links.push(link);
  return link;
}

async function opened(): Promise<Link> {
  const link = newLink();
  await link.open(forever);
  return link;
}

async function readMessage(link: Link, signal = forever): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = await link.read(signal);
    chunks.push(chunk.data);
    if (chunk.end) return Buffer.concat(chunks);
  }
}

async function query(
  link: Link,
  text: string,
  timeoutMs = patientMs,
  signal = forever,
): Promise<string> {
  await link.write(Buffer.from(text, 'latin1'), end);
  link.askForReply?.(timeoutMs);
  return (await readMessage(link, signal)).toString('latin1');
}

describe('a USBTMC link', () => {
  it('carries whole messages, of any length near those of packets', async () => {
    const link = await opened();
    expect(link).toMatchObject({ kind: 'message', address });
    for (const length of [1, 2, 3, 4, 499, 500, 501, 511, 512, 513, 65_520, 65_521, 262_145]) {
      const text = 'abcdefg'.repeat(Math.ceil(length / 7)).slice(0, length);
      expect(await query(link, text)).toBe(text);
    }
  });

  it('streams blocks of 8 MiB in pieces, both ways', async () => {
    const random = randomFrom(8);
    const noise = Buffer.from(Uint8Array.from({ length: 65_521 }, () => random() * 256));
    const block = Buffer.alloc(8 * 2 ** 20, noise);
    const heard: number[] = [];
    device.answer = (message) => {
      heard.push(message.length);
      return message === 'CURV?' ? block : Buffer.from('ok');
    };
    const link = await opened();
    await link.write(Buffer.from('CURV?'), end);
    link.askForReply?.(patientMs);
    expect((await readMessage(link)).equals(block)).toBe(true);
    await link.write(block.subarray(0, block.length / 2), { end: false, signal: forever });
    await link.write(block.subarray(block.length / 2), { end: false, signal: forever });
    await link.write(new Uint8Array(), end);
    link.askForReply?.(patientMs);
    expect((await readMessage(link)).toString()).toBe('ok');
    expect(heard).toEqual([5, block.length]);
  });

  it('reads no more than it keeps while nobody takes it', async () => {
    device.answer = () => Buffer.alloc(8 * receivedBytesMost, 'abc');
    const link = await opened();
    await link.write(Buffer.from('CURV?'), end);
    link.askForReply?.(patientMs);
    await pause(200);
    expect(8 * receivedBytesMost - device.unsaid).toBeLessThan(receivedBytesMost + 2 ** 17);
    expect((await readMessage(link)).length).toBe(8 * receivedBytesMost);
    // A reply that nobody wants any more holds nobody up.
    await link.write(Buffer.from('CURV?'), end);
    link.askForReply?.(patientMs);
    await pause(100);
    device.answer = (message) => Buffer.from(message);
    expect(await query(link, 'next?')).toBe('next?');
  });

  it('asks no more when nothing comes in time, and is as good as before', async () => {
    device.answer = () => undefined;
    const link = await opened();
    await link.write(Buffer.from('silence'), end);
    link.askForReply?.(50);
    await expect.poll(() => device.log).toContain('<abort in>');
    device.answer = (message) => Buffer.from(message);
    expect(await query(link, 'hello?')).toBe('hello?');
  });

  it('takes a request back at once when the next message comes, and gives its late reply to nobody', async () => {
    device.answer = () => undefined;
    const link = await opened();
    await link.write(Buffer.from('slow?'), end);
    link.askForReply?.(patientMs);
    await pause(20);
    device.answer = (message) => Buffer.from(message);
    expect(await query(link, 'fast?')).toBe('fast?');
    expect(device.log).toEqual(expect.arrayContaining(['slow?', '<abort in>', 'fast?']));
  });

  it('drops the answer to a request that was given up, by its bTag', async () => {
    device.answer = () => undefined;
    // This device has nothing to abort as it has not begun to answer, and answers all the same.
    let tag = 0;
    device.faults.control = ({ request, value }) => {
      if (request !== 3) return undefined;
      tag = value;
      return { status: 'ok', data: Buffer.of(0x80, value) };
    };
    const link = await opened();
    await link.write(Buffer.from('slow?'), end);
    link.askForReply?.(30);
    await expect.poll(() => tag).toBeGreaterThan(0);
    device.say(Buffer.from('late'));
    delete device.faults.control;
    device.answer = (message) => Buffer.from(message);
    expect(await query(link, 'fast?')).toBe('fast?');
  });

  it('fails at an answer to a request that nobody made', async () => {
    device.faults.spoil = (transfer) => {
      if (transfer.length > 0) transfer.set([2, 99, 255 - 99]);
      return transfer;
    };
    const link = await opened();
    await expect(query(link, 'x?')).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('request 99'),
    });
  });

  it.each<[string, (transfer: Buffer) => Buffer, string]>([
    ['less than it announces', (transfer) => transfer.subarray(0, 13), 'announced'],
    ['half a head', (transfer) => transfer.subarray(0, 7), '7 bytes'],
    [
      'a length that is too large for any memory',
      (transfer) => {
        transfer.writeUInt32LE(0xffff_ffff, 4);
        return transfer;
      },
      '4294967295',
    ],
  ])('fails at a device that sends %s', async (_, spoil, reason) => {
    device.faults.spoil = (transfer) => (transfer.length > 0 ? spoil(transfer) : transfer);
    const link = await opened();
    await expect(query(link, 'x?')).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining(reason),
    });
  });

  it('ends with a device that answers without a byte for ever', async () => {
    device.faults.spoil = (transfer) => {
      const empty = Buffer.from(transfer.subarray(0, 12));
      if (empty.length === 12) {
        empty.writeUInt32LE(0, 4);
        empty[8] = 0;
      }
      return empty;
    };
    device.answer = () => Buffer.alloc(2 ** 24);
    const link = await opened();
    await expect(query(link, 'x?')).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('without a byte'),
    });
  });

  it('fails when an instrument stops in the middle of a reply', async () => {
    device.answer = () => Buffer.alloc(100_000, 'abc');
    let transfers = 0;
    device.faults.spoil = (transfer) => {
      transfers += 1;
      return transfers === 2 ? answerOf(transfer[1] ?? 0, Buffer.from('c'), false) : transfer;
    };
    const link = await opened();
    await link.write(Buffer.from('x?'), end);
    link.askForReply?.(50);
    await expect(readMessage(link)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('stops in the middle'),
    });
  });

  it('clears the halt of an endpoint that stalled, and says what was refused', async () => {
    const link = await opened();
    device.log.length = 0;
    device.faults.stall = 'bulk-out';
    await expect(link.write(Buffer.from('nonsense'), end)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('stall'),
    });
    expect(device.log).toContain('<clear halt bulk-out>');
    const next = await opened();
    await next.write(Buffer.from('x?'), end);
    device.faults.stall = 'bulk-in';
    next.askForReply?.(patientMs);
    await expect(next.read(forever)).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
    expect(device.log).toContain('<clear halt bulk-in>');
    expect(await query(await opened(), 'again?')).toBe('again?');
  });

  it('aborts a message that the device does not take', async () => {
    const link = await opened();
    device.faults.isStuck = true;
    await expect(link.write(Buffer.from('x'), end)).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
    });
    expect(device.log).toContain('<abort out>');
  });

  it('ends a write that is taken back, because how much has gone is unknown', async () => {
    const link = await opened();
    device.faults.isStuck = true;
    const abort = new AbortController();
    const written = link.write(Buffer.from('x'), { end: true, signal: abort.signal });
    written?.catch(() => {});
    await pause(10);
    abort.abort();
    await expect(written).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    device.faults.isStuck = false;
  });

  it('says that it was unplugged, in the middle of a reply too', async () => {
    device.answer = () => undefined;
    const link = await opened();
    await link.write(Buffer.from('x?'), end);
    link.askForReply?.(patientMs);
    const reading = link.read(forever);
    reading.catch(() => {});
    await pause(20);
    device.unplug();
    await expect(reading).rejects.toMatchObject({ code: 'LINK_USB' });
    await expect(link.write(Buffer.from('x'), end)).rejects.toMatchObject({ code: 'LINK_USB' });
    await expect(newLink().open(forever)).rejects.toMatchObject({ code: 'LINK_USB' });
  });

  it('says so of a poll that waits, too', async () => {
    const link = await opened();
    device.faults.control = ({ request, value }) =>
      request === 128 ? { status: 'ok', data: Buffer.of(1, value, 0) } : undefined;
    const poll = link.readStatusByte?.(forever);
    poll?.catch(() => {});
    await pause(20);
    device.unplug();
    await expect(poll).rejects.toMatchObject({ code: 'LINK_USB' });
  });

  it('forgets at its opening what an earlier user left', async () => {
    device.push(answerOf(1, Buffer.from('stale'), true));
    const link = await opened();
    expect(device.log).toContain('<clear>');
    expect(await query(link, 'fresh?')).toBe('fresh?');
  });

  it('clears and triggers', async () => {
    const link = await opened();
    device.log.length = 0;
    await link.clear?.(forever);
    await link.trigger?.(forever);
    expect(device.log).toEqual(['<clear>', '<clear halt bulk-out>', '<trigger>']);
  });

  it.each([
    ['disable-remote', ['<160 0>']],
    ['enable-remote', ['<160 1>']],
    ['disable-remote-and-go-to-local', ['<161 0>', '<160 0>']],
    ['go-to-remote', ['<160 1>']],
    ['lock-out-local', ['<160 1>', '<162 0>']],
    ['go-to-remote-and-lock-out-local', ['<160 1>', '<162 0>']],
    ['go-to-local', ['<161 0>']],
  ] as const)('asked to %s, asks for no more than that', async (request, asked) => {
    const link = await opened();
    device.log.length = 0;
    await link.setRemote?.(request, forever);
    expect(device.log).toEqual(asked);
  });

  it('says what a device cannot do', async () => {
    device.capabilities = Buffer.alloc(24);
    device.capabilities[0] = 1;
    const link = await opened();
    await expect(link.trigger?.(forever)).rejects.toMatchObject({ code: 'INSTRUMENT_ERROR' });
    await expect(link.setRemote?.('go-to-remote', forever)).rejects.toMatchObject({
      code: 'INSTRUMENT_ERROR',
    });
    expect(await query(link, 'still?')).toBe('still?');
  });

  it.each([true, false])(
    'reads the status byte while a reply is due (interrupt endpoint: %s)',
    async (hasInterrupt) => {
      device.hasInterrupt = hasInterrupt;
      device.answer = () => undefined;
      const link = await opened();
      await link.write(Buffer.from('slow?'), end);
      link.askForReply?.(patientMs);
      device.statusByte = 0x10;
      const polls = Array.from({ length: 300 }, async () => await link.readStatusByte?.(forever));
      expect(new Set(await Promise.all(polls))).toEqual(new Set([0x10]));
      device.say(Buffer.from('at last'));
      expect((await readMessage(link)).toString()).toBe('at last');
    },
  );

  it('does not wait for ever for a status byte that does not come', async () => {
    const link = await opened();
    device.faults.control = ({ request, value }) =>
      request === 128 ? { status: 'ok', data: Buffer.of(1, value, 0) } : undefined;
    await expect(link.readStatusByte?.(forever)).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    device.hasInterrupt = false;
    device.faults.control = ({ request, value }) =>
      request === 128 ? { status: 'ok', data: Buffer.of(1, value + 1, 0) } : undefined;
    await expect(link.readStatusByte?.(forever)).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
  });

  it('tells each request for service to those who listen', async () => {
    const link = await opened();
    let told = 0;
    const listener = link.onServiceRequest?.(() => (told += 1));
    device.statusByte = 0x40;
    device.askForService();
    device.askForService();
    await expect.poll(() => told).toBe(2);
    expect(await link.readStatusByte?.(forever)).toBe(0x40);
    listener?.[Symbol.dispose]();
    device.askForService();
    expect(await query(link, 'x?')).toBe('x?');
    expect(told).toBe(2);
  });

  it('ends when a device never finishes clearing', async () => {
    device.faults.control = ({ request }) =>
      request === 6 ? { status: 'ok', data: Buffer.of(2, 0) } : undefined;
    await expect(newLink().open(forever)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('CHECK_CLEAR_STATUS'),
    });
    device.faults.control = () => ({ status: 'timeout', data: new Uint8Array() });
    await expect(newLink().open(forever)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
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
    link.askForReply?.(patientMs);
    await Promise.all([link.close(), link.close()]);
    await expect(reading).rejects.toMatchObject(closed);
    await expect(link.open(forever)).rejects.toMatchObject(closed);
  });
});

it('a USBTMC link ends with a reply or a typed error, whatever a device sends', async () => {
  const random = new RandomBytes(randomFrom(77), [0, 1, 2, 3, 4, 0xfc, 0xfd, 0xff]);
  device.faults.spoil = (transfer) =>
    transfer.length > 0 && random.chance(0.5) ? Buffer.from(random.mutate(transfer)) : transfer;
  for (let turn = 0; turn < count(3_000); turn += 1) {
    const link = await opened();
    for (let message = 0; message < 4; message += 1) {
      // Who asks also says how long they wait to read: a request without an answer only ends.
      const read = AbortSignal.timeout(50);
      const outcome: unknown = await query(link, `?${message}`, 5, read).catch(
        (error: unknown) => error,
      );
      if (typeof outcome === 'string') continue;
      expect(isSignalboxError(outcome), `seed ${seed}, turn ${turn}: ${String(outcome)}`).toBe(
        true,
      );
      break;
    }
    await link.close();
    links.length = 0;
  }
}, 300_000);
