import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { connectedProgram, listeningProgram } from '../../../src/doors/tcp/tcp-programs.ts';

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::1', '::1'],
])('a program is found at both ends where %s listens and %s is called', async (host, called) => {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const tcpPort = (server.address() as AddressInfo).port;
  const client = connect(tcpPort, called);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket;
  const peer = await connectedProgram(
    { address: localAddress, tcpPort: localPort },
    { address: remoteAddress, tcpPort: remotePort },
  );
  expect(peer).toMatchObject({ pid: process.pid });
  expect(await listeningProgram({ address: called, tcpPort })).toMatchObject({ pid: process.pid });
  client.destroy();
  server.close();
});

it('nobody is found where nobody is', async () => {
  const own = { address: '127.0.0.1', tcpPort: 1 };
  expect(await connectedProgram(own, { address: '127.0.0.1', tcpPort: 2 })).toBeUndefined();
  expect(await listeningProgram(own)).toBeUndefined();
});
