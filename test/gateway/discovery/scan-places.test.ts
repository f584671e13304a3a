import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { GatewayBench } from '../gateway-bench.ts';

/** An instrument in the network that speaks SCPI. */
async function instrument(identity = 'ACME,Ohmmeter 3,42,1.0') {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      for (const line of data.toString().split('\n').slice(0, -1)) {
        if (line === '*IDN?') socket.write(`${identity}\n`);
        else if (line.includes('?')) socket.write('1\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('looking for instruments where no port leads yet', () => {
  it('tells what is there, and what the configuration would need for it', async () => {
    using meter = await instrument();
    await using bench = await GatewayBench.start('');
    const shares: number[] = [];
    const { places, laboratory } = await bench
      .client()
      .discoverPlaces({ addresses: [meter.address] }, { progress: (share) => shares.push(share) });
    expect(places).toMatchObject([
      { found: [{ family: 'scpi', name: 'ohmmeter-3', trial: { passed: true } }] },
    ]);
    expect(laboratory).toEqual({
      ports: { 'ohmmeter-3-line': { tcp: meter.address, protocol: 'lines' } },
      instruments: { 'ohmmeter-3': { port: 'ohmmeter-3-line', driver: 'scpi' } },
    });
    expect(shares.at(-1)).toBe(1);
  });

  it('knows what has a name already, and does not offer it again', async () => {
    using meter = await instrument();
    await using bench = await GatewayBench.start(
      `[ports.line]\ntcp = "${meter.address}"\nprotocol = "lines"\n` +
        `[instruments.ohm]\nport = "line"\ndriver = "scpi"\n`,
    );
    const { places, laboratory } = await bench.client().discoverPlaces({
      where: ['ports'],
      addresses: [meter.address],
    });
    const known = places.flatMap(({ found }) => found.map(({ known: name }) => name));
    expect(new Set(known)).toEqual(new Set(['ohm']));
    expect(laboratory.instruments).toEqual({});
  });

  it('says why a place was not looked at, and refuses an address that is none', async () => {
    await using bench = await GatewayBench.start('');
    const client = bench.client();
    const { places } = await client.discoverPlaces({ addresses: ['127.0.0.1:9'] });
    expect(places).toMatchObject([{ found: [], skipped: { code: expect.any(String) } }]);
    await expect(client.discoverPlaces({ addresses: ['nowhere'] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('ends when it is taken back', async () => {
    await using bench = await GatewayBench.start('');
    const stop = new AbortController();
    // Nobody answers there, which takes its time to find out.
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const looking = bench
        .client()
        .discoverPlaces(
          { addresses: [`127.0.0.1:${port}`] },
          { signal: stop.signal, progress: () => stop.abort() },
        );
      await expect(looking).rejects.toMatchObject({ code: 'CANCELLED' });
    } finally {
      server.close();
    }
  });
});
