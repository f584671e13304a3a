import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Fault, Simulator } from '../../../src/simulators/index.ts';
import { bytes, Client, hex, quickBus } from '../support.ts';

const read = '10 02 07 03 05 04 01 21 01 21 10 03';
const answer = '100207030502012100001003';
const write = '10 02 08 03 05 01 01 21 3E 80 10 03';
const asciiRead = ':06030401210121\r\n';
/** Without its line feed. */
const asciiAnswer = ':06030201210000\r';

let bus: Simulator;
let client: Client;

beforeEach(async () => {
  bus = await quickBus();
  client = await Client.open(bus.address);
});

afterEach(async () => {
  client[Symbol.dispose]();
  await bus[Symbol.asyncDispose]();
});

async function once(fault: Fault): Promise<void> {
  await bus.addFault({ fault, times: 1 });
}

/** What the next good transaction gives: the one before it is over then. */
async function goodAnswer(): Promise<string> {
  client.send(bytes(read));
  return hex(await client.take(12));
}

describe('a fault on demand', () => {
  it('drop: no reply, but the instrument does what it was told', async () => {
    await once({ kind: 'drop' });
    client.send(bytes(write));
    expect(await goodAnswer()).toBe('10020703050201213E801003');
    expect((await bus.report()).writes).toHaveLength(1);
  });

  it('garble: as many bytes, not the same', async () => {
    await once({ kind: 'garble' });
    client.send(bytes(read));
    expect(hex(await client.take(12))).not.toBe(answer);
    expect(await goodAnswer()).toBe(answer);
  });

  it('delay: the reply comes after that of the next request', async () => {
    await once({ kind: 'delay', delayMs: 60 });
    client.send(bytes(write));
    expect(await goodAnswer()).toBe('10020703050201213E801003');
    expect(hex(await client.take(10))).toBe('10020803030000051003');
  });

  it('wrong length: a frame that says one byte more than it has', async () => {
    await once({ kind: 'wrong-length' });
    client.send(bytes(read));
    expect(hex(await client.take(12))).toBe(answer.replace('070305', '070306'));
    await once({ kind: 'wrong-length' });
    client.send(asciiRead);
    expect(await client.line()).toBe(':07030201210000\r');
  });

  it('duplicate: the reply comes twice', async () => {
    await once({ kind: 'duplicate' });
    client.send(asciiRead);
    expect([await client.line(), await client.line()]).toEqual([asciiAnswer, asciiAnswer]);
  });

  it('noise: one to eight bytes come before the reply', async () => {
    await once({ kind: 'noise' });
    client.send(bytes(read));
    await client.until(() => hex(client.received).endsWith(answer));
    expect(client.received.length - 12).toBeGreaterThanOrEqual(1);
    expect(client.received.length - 12).toBeLessThanOrEqual(8);
  });

  it('silence of one node leaves its neighbours as they are, and outlasts a clearing', async () => {
    await bus.silence(5, true);
    await bus.clearFaults();
    client.send(bytes(read.replace('07 03 05', '09 05 05')));
    expect(await goodAnswer()).toBe(answer);
    await bus.silence(5, false);
    client.send(bytes(read.replace('07 03 05', '09 05 05')));
    expect(hex(await client.take(12))).toBe(answer.replace('070305', '090505'));
  });

  it('strikes only the node, and as often, as it is told to', async () => {
    await bus.addFault({ fault: { kind: 'drop' }, node: 5, times: 2 });
    client.send(bytes(read.replace('07 03 05', '01 05 05')));
    expect(await goodAnswer()).toBe(answer);
    client.send(bytes(read.replace('07 03 05', '02 05 05')));
    client.send(bytes(read.replace('07 03 05', '03 05 05')));
    expect(hex(await client.take(12))).toBe(answer.replace('070305', '030505'));
  });

  it('spares the first replies that it is told to', async () => {
    await bus.addFault({ fault: { kind: 'drop' }, after: 2, times: 1 });
    for (const sequence of ['01', '02', '03', '04']) {
      client.send(bytes(read.replace('07 03', `${sequence} 03`)));
      if (sequence === '03') continue;
      expect(hex(await client.take(12))).toBe(answer.replace('0703', `${sequence}03`));
    }
  });

  it('strikes from the start where it is in the definition', async () => {
    const faults = [{ fault: { kind: 'drop' }, times: 1 }] as const;
    await using other = await quickBus({ faults, silentNodes: [5] });
    using asking = await Client.open(other.address);
    asking.send(bytes(read));
    asking.send(bytes(read.replace('07 03', '08 05')));
    asking.send(bytes(read.replace('07 03', '09 03')));
    expect(hex(await asking.take(12))).toBe(answer.replace('0703', '0903'));
  });

  it('strikes with its probability, as its seed says', async () => {
    const faults = async (seed: number): Promise<string> => {
      await using seeded = await quickBus({ seed });
      using other = await Client.open(seeded.address);
      await seeded.addFault({ fault: { kind: 'duplicate' }, probability: 0.3 });
      for (let turn = 0; turn < 60; turn += 1) {
        other.send(bytes(read));
        await other.take(12);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const transactions = await seeded.transactions();
      return transactions.map(({ fault }) => (fault === undefined ? '.' : 'x')).join('');
    };
    const [first, second, other] = [await faults(1), await faults(1), await faults(2)];
    expect(first).toBe(second);
    expect(first).not.toBe(other);
    expect(first.replaceAll('.', '').length).toBeGreaterThan(5);
    expect(first.replaceAll('.', '').length).toBeLessThan(35);
  });

  it.each<[Fault, number]>([
    [{ kind: 'delay', delayMs: -1 }, 1],
    [{ kind: 'delay', delayMs: Number.NaN }, 1],
    [{ kind: 'drop' }, 2],
  ])('%o with probability %d is refused', async (fault, probability) => {
    await expect(bus.addFault({ fault, probability })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
  });
});

describe('a cable that is pulled', () => {
  it.each([
    ['request', 0, 0],
    ['answer', 1, 0],
    ['reply', 1, 5],
  ] as const)(
    'at the %s leaves %i writes done and %i bytes of the reply',
    async (moment, writes, count) => {
      await once({ kind: 'unplug', backAfterMs: 10, moment });
      client.send(bytes(write));
      await client.until(() => client.isClosed);
      expect(client.received).toHaveLength(count);
      expect((await bus.report()).writes).toHaveLength(writes);
      await expect.poll(async () => await reach(bus)).toBe(true);
    },
  );

  it('is out for as long as it is told to, and comes back at the same address', async () => {
    const { address } = bus;
    await bus.unplug(1_000);
    await client.until(() => client.isClosed);
    expect(await reach(bus)).toBe(false);
    await expect.poll(async () => await reach(bus)).toBe(true);
    expect(bus.address).toBe(address);
  });

  it('that is pulled again while it is out stays out for the new time', async () => {
    await bus.unplug(20);
    await bus.unplug(1_500);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await reach(bus)).toBe(false);
    await expect.poll(async () => await reach(bus)).toBe(true);
  });

  it('of a simulator that was stopped stays out', async () => {
    await bus[Symbol.asyncDispose]();
    await bus.unplug(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await reach(bus)).toBe(false);
  });

  it('a reply of before does not come through the cable of after', async () => {
    await once({ kind: 'delay', delayMs: 80 });
    client.send(bytes(read));
    await expect.poll(async () => (await bus.report()).transactions).toBe(1);
    await bus.unplug(5);
    await expect.poll(async () => await reach(bus)).toBe(true);
    using after = await Client.open(bus.address);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(after.received).toHaveLength(0);
  });

  it('can be pulled again and again, and stopped while it is out', async () => {
    for (let turn = 0; turn < 20; turn += 1) await bus.unplug(turn % 3);
    await expect.poll(async () => await reach(bus)).toBe(true);
    await bus.unplug(Infinity);
    await bus[Symbol.asyncDispose]();
    expect(await reach(bus)).toBe(false);
  });
});

async function reach(simulator: Simulator): Promise<boolean> {
  try {
    using _client = await Client.open(simulator.address);
    return true;
  } catch {
    return false;
  }
}
