import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import {
  callsUnderWayMost,
  serveRpc,
  unreadAnswerBytesMost,
} from '../../../src/doors/vxi11/rpc-connection.ts';
import {
  encodeCall,
  encodeRecord,
  portmapper,
  portmapperProtocols,
  rpcService,
  RpcRecordReader,
  vxi11Core,
} from '../../../src/protocols/index.ts';

const calls = 1_000;
const { program, version } = vxi11Core;
const mapping = { program, version, protocol: portmapperProtocols.tcp, port: 1 };
/** 20 bytes each: an answer of 60 kB. */
const mappings = Array.from({ length: 3_000 }, () => mapping);
const answerBytesMost = 65_536;

const stack = new AsyncDisposableStack();
afterEach(async () => await stack.disposeAsync());

it('an RPC client that reads nothing makes the server hold a bounded amount, and gets all when it reads', async () => {
  let served = 0;
  let most = 0;
  const serverEnd = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    const dump = () => {
      served += 1;
      most = Math.max(most, socket.writableLength);
      return mappings;
    };
    const handlers = { set: () => false, unset: () => false, getPort: () => 0, dump };
    serveRpc(socket, [rpcService(portmapper, handlers, () => {})]);
    serverEnd.resolve(socket);
  });
  stack.defer(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  stack.defer(() => void client.destroy());
  client.pause();
  await once(client, 'connect');
  const call = (xid: number) => encodeRecord(encodeCall(portmapper, 'dump', undefined, { xid }));
  client.write(Buffer.concat(Array.from({ length: calls }, (_, xid) => call(xid))));
  const socket = await serverEnd.promise;
  await expect
    .poll(() => socket.isPaused() && socket.writableLength >= unreadAnswerBytesMost)
    .toBe(true);
  expect(served).toBeLessThan(calls);
  const reader = new RpcRecordReader({ recordBytesMost: answerBytesMost });
  let answers = 0;
  client.on('data', (chunk: Uint8Array) => {
    answers += reader.push(chunk).filter(({ kind }) => kind === 'record').length;
  });
  client.resume();
  await expect.poll(() => answers, { timeout: 20_000 }).toBe(calls);
  expect(served).toBe(calls);
  expect(most).toBeLessThan(unreadAnswerBytesMost + callsUnderWayMost * answerBytesMost);
});
