import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { SocketDoor } from '../../../src/doors/index.ts';
import type { SocketDoorOptions } from '../../../src/doors/index.ts';
import { ScpiDriver } from '../../../src/instruments/index.ts';
import type { Peer } from '../../support/memory-link.ts';
import { linesProtocol } from '../../../src/sessions/index.ts';
import { ClientBench } from '../../sessions/client-bench.ts';
import { runPython, startPython } from '../python.ts';
import { LineClient, tcpPortOf } from './line-client.ts';
import { SlowClient } from './slow-client.ts';

/** For tests that move much: each of their waits has a bound of its own. */
const busyTimeoutMs = 120_000;

const echo: Peer = (request, side) => {
  if (request.includes('?')) setTimeout(() => side.reply(`re ${request}`), 1);
};

interface Failure {
  readonly label: string;
  readonly error: unknown;
}

/** A door to a scripted instrument. */
class DoorBench implements AsyncDisposable {
  readonly bench: ClientBench;
  readonly door: SocketDoor;
  readonly failures: Failure[] = [];

  private constructor(peer: Peer, options: Partial<SocketDoorOptions>) {
    this.bench = new ClientBench(peer);
    this.door = new SocketDoor({
      name: 'meter-socket',
      tcpPort: 0,
      port: this.bench.port,
      instrument: 'meter',
      protocol: linesProtocol(new ScpiDriver({ parameters: [], timeoutMs: 500 })),
      failed: (_owner, label, error) => void this.failures.push({ label, error }),
      ...options,
    });
  }

  static async open(
    peer: Peer = echo,
    options: Partial<SocketDoorOptions> = {},
  ): Promise<DoorBench> {
    const bench = new DoorBench(peer, options);
    await bench.door.open();
    return bench;
  }

  async client(allowHalfOpen = false): Promise<LineClient> {
    return await LineClient.connect(tcpPortOf(this.door), allowHalfOpen);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door.close();
    await this.bench[Symbol.asyncDispose]();
  }
}

describe('the raw socket door', () => {
  it('gives each of many clients the answers to its own questions', async () => {
    await using bench = await DoorBench.open();
    using ends = new DisposableStack();
    const clients = await Promise.all(Array.from({ length: 20 }, async () => bench.client()));
    for (const client of clients) ends.use(client);
    await Promise.all(
      clients.map(async (client, n) => {
        for (let round = 0; round < 10; round += 1) {
          expect(await client.ask(`Q${n}-${round}?`)).toBe(`re Q${n}-${round}?`);
        }
      }),
    );
  });

  it('knows the program at the other end, and when it has left', async () => {
    await using bench = await DoorBench.open();
    using client = await bench.client();
    await expect
      .poll(() => bench.door.status().clients)
      .toMatchObject([{ pid: process.pid, door: 'socket' }]);
    expect(bench.door.status().clients[0]?.host).toBeUndefined();
    client.socket.destroy();
    await expect.poll(() => bench.door.status().clients).toEqual([]);
  });

  it('takes back what a client had in line when it goes', async () => {
    await using bench = await DoorBench.open(() => {});
    using client = await bench.client();
    client.socket.write('A?\nB\nC\n');
    await expect.poll(() => bench.bench.link.written).toEqual(['A?\n']);
    client.socket.resetAndDestroy();
    await expect.poll(() => bench.door.status().clients).toEqual([]);
    // What is on the wire is finished; nothing follows it.
    const isIdle = (): boolean => {
      const { state, serving, queue } = bench.bench.port.status();
      return state === 'open' && serving === undefined && queue.length === 0;
    };
    await expect.poll(isIdle).toBe(true);
    expect(bench.bench.link.written).toEqual(['A?\n']);
  });

  it('answers a client that has sent all that it wants to ask', async () => {
    await using bench = await DoorBench.open();
    using client = await bench.client(true);
    client.socket.end('A?\nB?\n');
    await once(client.socket, 'end');
    expect(client.received).toBe('re A?\nre B?\n');
  });

  it(
    'makes a client wait that floods it, and answers all that it asked',
    { timeout: busyTimeoutMs },
    async () => {
      await using bench = await DoorBench.open((request, side) => side.reply(`re ${request}`));
      using client = await bench.client();
      const asked = 20_000;
      for (let n = 0; n < asked; n += 1) client.socket.write(`${n}?\n`);
      const answers = await client.lines(asked);
      expect(answers).toEqual(Array.from({ length: asked }, (_, n) => `re ${n}?`));
      expect(bench.failures).toEqual([]);
    },
  );

  it(
    'does nothing more for a client that never reads, and serves the others',
    { timeout: busyTimeoutMs },
    async () => {
      const answer = `${'x'.repeat(262_144)}\n`;
      const asked = 200;
      let served = 0;
      await using bench = await DoorBench.open((request, side) => {
        if (request === 'A?\n') served += 1;
        side.reply(request === 'B?\n' ? 're B?\n' : answer);
      });
      using deaf = await SlowClient.connect(tcpPortOf(bench.door));
      deaf.say('A?\n'.repeat(asked));
      await expect.poll(() => served).toBeGreaterThan(0);
      using other = await bench.client();
      // They would take turns if the other one read.
      for (let n = 0; n < asked; n += 1) expect(await other.ask('B?')).toBe('re B?');
      // What the operating system buffers, the bound, and one answer more.
      expect(served).toBeLessThan(60);
      // It reads after all, and gets everything.
      let wrong = 0;
      for (let n = 0; n < asked; n += 1) {
        const given = await deaf.read(answer.length);
        if (given.toString('latin1') !== answer) wrong += 1;
      }
      expect(wrong).toBe(0);
      expect(served).toBe(asked);
    },
  );

  it('turns away more clients than it has room for, and says so', async () => {
    await using bench = await DoorBench.open(echo, { clientsMost: 2 });
    using first = await bench.client();
    using second = await bench.client();
    using third = await bench.client();
    await once(third.socket, 'close');
    expect(await first.ask('A?')).toBe('re A?');
    expect(bench.failures).toMatchObject([
      { label: 'a connection', error: { code: 'QUEUE_FULL' } },
    ]);
    second.socket.destroy();
    await expect.poll(() => bench.door.status().clients).toHaveLength(1);
    using fourth = await bench.client();
    expect(await fourth.ask('B?')).toBe('re B?');
  });

  it('names who holds its address', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const tcpPort = (other.address() as AddressInfo).port;
    await expect(DoorBench.open(echo, { tcpPort })).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringMatching(
        `^127\\.0\\.0\\.1:${tcpPort} is held by .*\\(pid ${process.pid}, `,
      ) as string,
    });
    other.close();
  });

  it('lets go of everybody when it closes', async () => {
    await using bench = await DoorBench.open(() => {});
    using client = await bench.client();
    client.socket.write('A?\n');
    await expect.poll(() => bench.bench.link.written).toEqual(['A?\n']);
    const gone = once(client.socket, 'close');
    await bench.door.close();
    await gone;
    expect(bench.door.status().clients).toEqual([]);
    await bench.door.close();
  });

  it('is opened by pyvisa-py as a SOCKET resource', async () => {
    await using bench = await DoorBench.open();
    const { address } = bench.door.status();
    expect(address).toMatch(/^TCPIP::127\.0\.0\.1::\d+::SOCKET$/);
    expect(await runPython('visa_query.py', address, '*IDN?', 'MEAS?')).toBe(
      're *IDN?\nre MEAS?\n',
    );
  });

  it('is not harmed by a program that is killed', async () => {
    await using bench = await DoorBench.open((request, side) => {
      if (request === 'MEAS?\n') side.reply('re MEAS?\n');
    });
    // Waits for an answer that never comes.
    const child = startPython('visa_query.py', bench.door.status().address, 'NEVER?');
    await expect.poll(() => bench.bench.link.written).toEqual(['NEVER?\n']);
    child.kill('SIGKILL');
    await once(child, 'close');
    using client = await bench.client();
    expect(await client.ask('MEAS?')).toBe('re MEAS?');
    client.socket.destroy();
    if (child.stdout !== null) expect(await text(child.stdout)).toBe('');
  });
});
