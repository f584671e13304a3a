import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { HislipConnection } from '../../../src/doors/hislip/hislip-connection.ts';
import { ManualClock } from '../../../src/kernel/index.ts';

it('a client that goes on when it was told that all is over is told once, and costs no more', async () => {
  await using stack = new AsyncDisposableStack();
  const server = createServer();
  stack.defer(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  stack.defer(() => void client.destroy());
  const [socket] = await accepted;
  const clock = new ManualClock();
  const connection = new HislipConnection(socket, clock, () => {
    connection.end({ type: 'FatalError', code: 1, text: 'no' });
    return undefined;
  });
  const heard: Uint8Array[] = [];
  client.on('data', (data: Uint8Array) => void heard.push(data));
  const initialize = '48530000010058580000000000000000';
  const trigger = '48530c00000000000000000000000000';
  client.write(Buffer.from(initialize + trigger.repeat(100), 'hex'));
  await once(client, 'end');
  expect(Buffer.concat(heard).toString('hex')).toBe('485302010000000000000000000000026e6f');
  expect(clock.pendingCount).toBe(1);
  client.end();
  await expect.poll(() => clock.pendingCount).toBe(0);
});
