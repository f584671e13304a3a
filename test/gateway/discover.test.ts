import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { GatewayBench } from './gateway-bench.ts';

/** A TCP server that answers each line, and what discovery on a port to it finds. */
async function found(answer: (line: string) => string | undefined): Promise<unknown> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      for (const line of data.toString().split('\n').slice(0, -1)) {
        const reply = answer(line);
        if (reply !== undefined) socket.write(`${reply}\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await using bench = await GatewayBench.start(
      `[ports.meter]\ntcp = "127.0.0.1:${port}"\nprotocol = "lines"\ntimeoutMs = 300\nretries = 0\n`,
    );
    return await bench.client().discover('meter');
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

describe('discovery on a port for lines', () => {
  it('names what says what it is, and says whether it works', async () => {
    const identity = 'ACME,Ohmmeter 3,42,1.0';
    const works = await found((line) => (line === '*IDN?' ? identity : '1'));
    expect(works).toMatchObject([
      { name: 'ohmmeter-3', trial: { passed: true, found: '*OPC? 1' }, identity: { serial: '42' } },
    ]);
    const fails = await found((line) => (line === '*IDN?' ? identity : undefined));
    expect(fails).toMatchObject([
      { name: 'ohmmeter-3', trial: { passed: false, found: expect.stringContaining('*OPC?') } },
    ]);
  });

  it('takes neither an echo, nor noise, nor silence for an instrument', async () => {
    expect(await found((line) => line)).toEqual([]);
    expect(await found(() => '\u0001\u00fe,\u0002,')).toEqual([]);
    expect(await found(() => undefined)).toEqual([]);
  });
});
