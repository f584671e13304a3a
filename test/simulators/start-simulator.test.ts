import { existsSync, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { openSimulator, startSimulator, startSimulators } from '../../src/simulators/index.ts';
import { askWithPython, bytes, Client, Folder, hex, pacedBus } from './support.ts';

const nodes = [{ address: 3 }];

describe('a simulator in a thread of its own', () => {
  it('is told of faults, tells what it has seen, and frees its path when it stops', async () => {
    using folder = new Folder();
    const path = folder.file('bus');
    const bus = await startSimulator({ kind: 'propar', path, nodes, baudRate: 0 });
    expect(bus.address).toBe(path);
    expect(statSync(realpathSync(path)).isCharacterDevice()).toBe(true);
    await bus.addFault({ fault: { kind: 'drop' }, times: 1 });
    expect(await askWithPython(bus.address, ['binary 3 0101210001'], 0.1)).toEqual(['nothing']);
    expect(await askWithPython(bus.address, ['binary 3 0101210002'], 10)).toEqual(['3 000005']);
    const { writes, transactions } = await bus.report();
    expect(writes.map(({ value }) => value)).toEqual([1, 2]);
    expect(transactions).toBe(2);
    const logged = await bus.transactions();
    expect(logged.map(({ fault }) => fault)).toEqual(['drop', undefined]);
    expect(logged[1]?.reply).toBeInstanceOf(Uint8Array);
    await bus[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
  });

  it('comes back at the same path after its cable was pulled', async () => {
    using folder = new Folder();
    const path = folder.file('bus');
    await using bus = await startSimulator({ kind: 'propar', path, nodes });
    await bus.unplug(50);
    expect(existsSync(path)).toBe(false);
    await expect.poll(() => existsSync(path)).toBe(true);
    expect(await askWithPython(bus.address, ['ascii 3 0401210121'])).toEqual(['3 0201210000']);
  });

  it('keeps its pace while this thread is busy', async () => {
    // The same reading from a bus in this thread, and from one in a thread of its own.
    const busyMs = 600;
    const latenessOf = async (start: typeof startSimulator): Promise<number> => {
      await using bus = await start({ kind: 'propar', tcpPort: 0, nodes, answerTimeMs: 200 });
      using client = await Client.open(bus.address);
      client.send(bytes('10 02 07 03 05 04 01 21 01 21 10 03'));
      // Long enough to be received, too short to be answered.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const endMs = performance.now() + busyMs;
      while (performance.now() < endMs);
      await client.take(12);
      return (await bus.report()).longestLateMs;
    };
    // Where the machine keeps this thread from its work, the answer goes before that begins.
    let here = 0;
    for (let turn = 0; turn < 8 && here < busyMs / 2; turn += 1) {
      here = Math.max(here, await latenessOf(openSimulator));
    }
    expect(here, 'this thread was busy').toBeGreaterThan(busyMs / 2);
    // What else the machine does makes none of them quicker: the best of some tells.
    let there = Infinity;
    for (let turn = 0; turn < 8 && there > here / 2; turn += 1) {
      there = Math.min(there, await latenessOf(startSimulator));
    }
    expect(there).toBeLessThan(here / 2);
  });

  it('refuses a command that makes no sense, and goes on', async () => {
    await using bus = await pacedBus();
    const rule = { fault: { kind: 'drop' }, times: 0 } as const;
    await expect(bus.addFault(rule)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect((await bus.report()).transactions).toBe(0);
  });

  it('that does not start in time is an error, and nothing of it is left', async () => {
    using folder = new Folder();
    const path = folder.file('bus');
    const definition = { kind: 'propar', path, nodes } as const;
    const late = startSimulator(definition, { timeoutMs: 1 });
    await expect(late).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    await expect(late).rejects.toThrow('the simulator had not started after 1 ms');
    expect(existsSync(path)).toBe(false);
    await using again = await startSimulator(definition);
    expect(again.address).toBe(path);
  });

  it('is stopped twice without harm, and answers nothing then', async () => {
    const bus = await pacedBus();
    await bus[Symbol.asyncDispose]();
    await bus[Symbol.asyncDispose]();
    await expect(bus.report()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('that cannot start says why, with the code of its error', async () => {
    const none = startSimulator({ kind: 'propar', tcpPort: 0, nodes: [] });
    await expect(none).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const taken = startSimulator({ kind: 'multimeter', tcpPort: port });
    await expect(taken).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    server.close();
  });
});

describe('a simulated laboratory', () => {
  it('starts all of its simulators and stops all of them', async () => {
    const laboratory = await startSimulators({
      bus: { kind: 'propar', tcpPort: 0, nodes },
      meter: { kind: 'multimeter', tcpPort: 0 },
    });
    const { simulators } = laboratory;
    expect([...simulators.keys()].toSorted()).toEqual(['bus', 'meter']);
    using client = await Client.open(simulators.get('bus')?.address ?? '');
    client.send(bytes('10 02 07 03 05 04 01 21 01 21 10 03'));
    expect(hex(await client.take(12))).toBe('100207030502012100001003');
    await laboratory[Symbol.asyncDispose]();
    await client.until(() => client.isClosed);
  });

  it('starts none of them when one cannot', async () => {
    using folder = new Folder();
    const path = folder.file('bus');
    const starting = startSimulators({
      good: { kind: 'propar', path, nodes },
      bad: { kind: 'propar', tcpPort: 0, nodes: [] },
    });
    await expect(starting).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    await expect(starting).rejects.toThrow('simulator bad: a simulated bus has no nodes');
    expect(existsSync(path)).toBe(false);
  });

  it('starts none of them when they take too long', async () => {
    using folder = new Folder();
    const paths = ['one', 'two'].map((name) => folder.file(name));
    const definitions = paths.map((path) => [path, { kind: 'propar', path, nodes }] as const);
    const starting = startSimulators(Object.fromEntries(definitions), { timeoutMs: 1 });
    await expect(starting).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    expect(paths.filter((path) => existsSync(path))).toEqual([]);
  });
});
