import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { connectedPrograms, listeningProgram } from '../../../src/doors/tcp/tcp-programs.ts';

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
  const [nobody, peer] = await connectedPrograms([
    { own: { address: called, tcpPort: 1 }, peer: { address: called, tcpPort: 2 } },
    {
      own: { address: localAddress, tcpPort: localPort },
      peer: { address: remoteAddress, tcpPort: remotePort },
    },
  ]);
  expect(nobody).toBeUndefined();
  expect(peer).toMatchObject({ pid: process.pid });
  expect(await listeningProgram({ address: called, tcpPort })).toMatchObject({ pid: process.pid });
  client.destroy();
  server.close();
});

it('nobody is found where nobody is', async () => {
  const own = { address: '127.0.0.1', tcpPort: 1 };
  const peer = { address: '127.0.0.1', tcpPort: 2 };
  expect(await connectedPrograms([{ own, peer }])).toEqual([undefined]);
  expect(await listeningProgram(own)).toBeUndefined();
});
