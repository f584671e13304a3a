import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { expect, it } from 'vitest';

import { SocketDoor } from '../../../src/doors/index.ts';
import { ScpiDriver } from '../../../src/instruments/index.ts';
import { tcpLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { linesProtocol } from '../../../src/sessions/index.ts';
import { tcpPortOf } from './line-client.ts';

const blockBytes = 16 * 1_048_576;

/** An instrument on a socket that answers every query with one large block. */
async function instrument(response: Buffer): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      for (const byte of data) if (byte === 0x3f) socket.write(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

it('a block of 16 MB comes through whole, and is not copied again and again', async () => {
  const block = randomBytes(blockBytes);
  const response = Buffer.concat([Buffer.from(`#8${blockBytes}`), block, Buffer.from('\n')]);
  const server = await instrument(response);
  const tcpPort = (server.address() as AddressInfo).port;
  const port = new Port({
    name: 'scope',
    link: tcpLinkFactory({ host: '127.0.0.1', port: tcpPort }),
  });
  port.open();
  await using door = new SocketDoor({
    name: 'scope-socket',
    tcpPort: 0,
    port,
    instrument: 'scope',
    protocol: linesProtocol(new ScpiDriver({ parameters: [], timeoutMs: 20_000 })),
  });
  await door.open();
  const client = connect(tcpPortOf(door), '127.0.0.1');
  await once(client, 'connect');
  const before = process.memoryUsage().arrayBuffers;
  const hash = createHash('sha256');
  let received = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (data: Buffer): void => {
    hash.update(data);
    received += data.length;
    if (received >= response.length) resolve();
  };
  client.on('data', take);
  client.write('CURV?\n');
  await promise;
  client.off('data', take);
  expect(received).toBe(response.length);
  expect(hash.digest('hex')).toBe(createHash('sha256').update(response).digest('hex'));
  // All that was ever allocated for it, collected or not: what arrived at the gateway, the whole that it
  // passes on, and what arrived at this client.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3.25 * blockBytes);
  client.destroy();
  await port.close();
  server.close();
}, 60_000);
