import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Rfc2217Client } from '../../../src/doors/rfc2217/rfc2217-client.ts';
import { ReadingHold } from '../../../src/doors/tcp/reading-hold.ts';
import { socketUnreadBytesMost } from '../../../src/doors/index.ts';
import { ScpiDriver } from '../../../src/instruments/index.ts';
import { systemClock } from '../../../src/kernel/index.ts';
import { encodeComPort } from '../../../src/protocols/index.ts';
import { linesProtocol } from '../../../src/sessions/index.ts';
import { ClientBench } from '../../sessions/client-bench.ts';
import { echo } from '../message-bench.ts';

const commands = 200_000;
/** What one piece of what a client sends may still bring. */
const chunkBytesMost = 262_144;

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

it('a program that reads no confirmation is not heard while too many wait, and gets all when it reads', async () => {
  const bench = stack.use(new ClientBench(echo));
  const directory = await mkdtemp(join(tmpdir(), 'confirmations-'));
  stack.defer(async () => await rm(directory, { recursive: true }));
  const accepted = Promise.withResolvers<Socket>();
  // A socket in the file system: the system itself keeps little of what is not read.
  const server = createServer((socket) => accepted.resolve(socket));
  stack.defer(() => void server.close());
  server.listen(join(directory, 'door'));
  await once(server, 'listening');
  const program = connect(join(directory, 'door'));
  stack.defer(() => void program.destroy());
  program.pause();
  await once(program, 'connect');
  const socket = await accepted.promise;
  const client = new Rfc2217Client(socket, {
    ownerId: 'serial-1',
    port: bench.port,
    protocol: linesProtocol(new ScpiDriver({ parameters: [] })),
    settings: { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 },
    hasLineControl: false,
    clock: systemClock,
    failed: () => {},
    gone: () => {},
  });
  stack.defer(async () => await client.close());
  let most = 0;
  socket.on('data', () => void (most = Math.max(most, socket.writableLength)));
  const command = encodeComPort({ kind: 'baud-rate', baudRate: 9_600 }, 'client');
  const answer = encodeComPort({ kind: 'baud-rate', baudRate: 9_600 }, 'server');
  program.write(Buffer.concat(Array.from({ length: commands }, () => command)));
  await expect.poll(() => socket.isPaused(), { timeout: 20_000 }).toBe(true);
  expect(socket.writableLength).toBeGreaterThanOrEqual(socketUnreadBytesMost);
  let received = 0;
  program.on('data', (chunk: Uint8Array) => void (received += chunk.length));
  program.resume();
  await expect
    .poll(() => received, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(commands * answer.length);
  expect(most).toBeLessThan(socketUnreadBytesMost + chunkBytesMost);
});

it('a client that has two reasons to wait waits until both are over', () => {
  const told: string[] = [];
  const hold = new ReadingHold({
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
  });
  hold.set('requests', true);
  hold.set('unread', true);
  hold.set('requests', false);
  expect(told.at(-1)).toBe('pause');
  hold.set('unread', false);
  expect(told.at(-1)).toBe('resume');
});
