import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { findVxi11Servers } from '../../../src/links/discovery/find-vxi11-servers.ts';
import { answerRpc, portmapper, portmapperPort, rpcService } from '../../../src/protocols/index.ts';

const answering = '127.0.0.2';

it('a search by broadcast finds who answers from its own network, and nobody else', async () => {
  const socket = createSocket('udp4');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => void socket.close());
  const getPort = () => 4_711;
  const handlers = { set: () => false, unset: () => false, getPort, dump: () => [] };
  const services = [rpcService(portmapper, handlers, () => {})];
  let answers = 0;
  socket.on('message', (message, { address, port }) => {
    void answerRpc(services, message).then((reply) => {
      answers += 1;
      if (reply !== undefined) socket.send(reply, port, address);
    });
  });
  socket.bind(portmapperPort, answering);
  await once(socket, 'listening');
  const near = { name: 'lo', address: '127.0.0.1', broadcast: answering };
  const search = async (prefixLength: number) =>
    await findVxi11Servers({
      interfaces: [{ ...near, prefixLength }],
      signal: AbortSignal.timeout(20_000),
    });
  expect(await search(8)).toEqual([{ address: answering, tcpPort: 4_711 }]);
  const before = answers;
  expect(await search(31)).toEqual([]);
  expect(answers).toBeGreaterThan(before);
});
