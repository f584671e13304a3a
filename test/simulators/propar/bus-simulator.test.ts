import { describe, expect, it } from 'vitest';

import { hasCode } from '../../../src/kernel/index.ts';
import { openSimulator } from '../../../src/simulators/index.ts';
import { waitingRequestsMost } from '../../../src/simulators/propar/bus-simulator.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { bytes, Client, hex, quickBus } from '../support.ts';

const read = '10 02 07 03 05 04 01 21 01 21 10 03';
const answer = '100207030502012100001003';

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
        { message: `seed ${seed}`, timeout: 5_000 },
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
