import { describe, expect, it } from 'vitest';

import { hasCode } from '../../../src/kernel/index.ts';
import { openSimulator } from '../../../src/simulators/index.ts';
import { waitingRequestsMost } from '../../../src/simulators/propar/bus-simulator.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { bytes, Client, hex, quickBus } from '../support.ts';

const read = '10 02 07 03 05 04 01 21 01 21 10 03';
const answer = '100207030502012100001003';

/** A message to a node as a line of ASCII. */
function line(node: number, message: string): string {
  const data = message.replaceAll(' ', '');
  const start = [data.length / 2 + 1, node].map((byte) => byte.toString(16).padStart(2, '0'));
  return `:${start.join('')}${data}\r\n`.toUpperCase();
}

describe('a bus', () => {
  it('understands both framings on one line, whatever lies between them', async () => {
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    client.send(Uint8Array.of(0, 255, 0x10, 0x10, 0x10, 0x05));
    client.send(bytes(read));
    expect(hex(await client.take(12))).toBe(answer);
    client.send('junk:06030401210121\r\n');
    expect(await client.line()).toBe(':06030201210000\r');
  });

  it('takes no line inside a binary value for a request', async () => {
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    // A whole request by itself: node 3, a message of one byte.
    const tag = Buffer.from(':0203FF\r\n').toString('hex');
    client.send(bytes(`10 02 01 03 0D 01 71 66 09 ${tag} 10 03`));
    expect(hex(await client.take(10))).toBe('100201030300000D1003');
    client.send(bytes(read));
    expect(hex(await client.take(12))).toBe(answer);
    expect((await bus.report()).transactions).toBe(2);
  });

  it('answers requests that come byte by byte', async () => {
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    for (const byte of bytes(read)) {
      client.send(Uint8Array.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(hex(await client.take(12))).toBe(answer);
  });

  it('turns requests away by an error frame when its buffers are full', async () => {
    await using bus = await quickBus({ answerTimeMs: 30 });
    using client = await Client.open(bus.address);
    const sent = waitingRequestsMost + 3;
    client.send(bytes(read.repeat(sent)));
    await client.until(() => hex(client.received).split(answer).length > waitingRequestsMost + 1);
    expect((await bus.report()).lost).toBe(2);
    expect(hex(client.received).split('1002070300011003')).toHaveLength(3);
  });

  it('knows an instrument by its new address as soon as it has answered at the old one', async () => {
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    // Unlock, move node 3 to 10 and lock again, in one message.
    client.send(line(3, '01 80 0A 40 00 81 0A 0A 52'));
    expect((await client.line()).trim()).toBe(':0403000009');
    client.send(line(10, '04 01 21 01 21'));
    expect((await client.line()).trim()).toBe(':060A0201210000');
    // The ring of the host, which is the one that moved, goes on to the next one.
    client.send(line(128, '04 00 81 00 01 03 00 03'));
    expect((await client.line()).trim()).toBe(':07800200810A0305');
    client.send(line(3, '04 01 21 01 21'));
    client.send(line(5, '04 01 21 01 21'));
    expect((await client.line()).trim()).toBe(':06050201210000');
  });

  it('lets a slave follow its master', async () => {
    await using bus = await quickBus({
      nodes: [
        { address: 3, noiseShare: 0, lagMs: 1 },
        { address: 5, noiseShare: 0, lagMs: 1 },
      ],
    });
    using client = await Client.open(bus.address);
    const ask = async (node: number, message: string): Promise<string> => {
      client.send(line(node, message));
      return (await client.line()).trim().slice(5);
    };
    // Node 3 to 50 %; node 5 is its slave at half of that.
    expect(await ask(3, '01 01 21 3E 80')).toBe('000005');
    expect(await ask(5, '01 21 41 42 48 00 00')).toBe('000007');
    expect(await ask(5, '01 01 04 02')).toBe('000004');
    await expect.poll(async () => await ask(5, '04 01 20 01 20')).toBe('0201201F40');
  });

  it('answers though its instruments are each the slave of the other', async () => {
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    for (const [node, master] of [
      [3, '05'],
      [5, '03'],
    ] as const) {
      client.send(line(node, `01 81 04 02 21 0E ${master}`));
      expect((await client.line()).trim()).toMatch(/^:04\d\d0000/);
    }
    client.send(line(3, '04 01 20 01 20'));
    expect((await client.line()).trim()).toBe(':06030201200000');
  });

  it('survives any bytes', async () => {
    const random = randomFrom(7);
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    for (let turn = 0; turn < 300; turn += 1) {
      const frame = bytes(read);
      const flips = 1 + Math.floor(random() * 4);
      for (let flip = 0; flip < flips; flip += 1) {
        frame[Math.floor(random() * frame.length)] = Math.floor(random() * 256);
      }
      client.send(frame);
    }
    await expect
      .poll(
        () => {
          client.send(bytes(read));
          return hex(client.received).endsWith(answer);
        },
        { message: `seed ${seed}` },
      )
      .toBe(true);
  });

  it.each([
    ['without nodes', { nodes: [] }],
    ['with one address twice', { nodes: [{ address: 3 }, { address: 3 }] }],
    ['with node 0', { nodes: [{ address: 0 }] }],
    ['of less than no speed', { baudRate: -1 }],
    ['that answers before it is asked', { answerTimeMs: -1 }],
    ['in two places', { path: '/dev/null' }],
  ])('%s is refused', async (_what, options) => {
    await expect(quickBus(options)).rejects.toSatisfy((error) => hasCode(error, 'BAD_ARGUMENT'));
  });

  it('in no place is refused', async () => {
    const opening = openSimulator({ kind: 'propar', nodes: [{ address: 3 }] });
    await expect(opening).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });
});

describe('the log of the wire', () => {
  it('has each transaction with what was said, and begins anew when it is reset', async () => {
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    client.send(bytes(read));
    await client.take(12);
    const [only, ...others] = await bus.transactions();
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      node: 3,
      decoded: { kind: 'request', items: [{ process: 1, parameter: 1 }] },
    });
    expect(hex(only?.request ?? new Uint8Array())).toBe(read.replaceAll(' ', ''));
    expect(hex(only?.reply ?? new Uint8Array())).toBe(answer);
    await bus.resetLog();
    expect(await bus.transactions()).toEqual([]);
    expect(await bus.report()).toMatchObject({ transactions: 0, writes: [], busyShare: 0 });
  });

  it('counts a write that was sent twice twice, and one that was refused not at all', async () => {
    await using bus = await quickBus();
    using client = await Client.open(bus.address);
    const write = '10 02 08 03 05 01 01 21 3E 80 10 03';
    client.send(bytes(`${write} ${write} ${write.replace('3E 80', 'FF FF')}`));
    await client.take(30);
    const applied = { node: 3, process: 1, parameter: 1, value: 16_000 };
    expect((await bus.report()).writes).toEqual([applied, applied]);
    await bus.resetLog();
    expect((await bus.report()).writes).toEqual([]);
  });
});
