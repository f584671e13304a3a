import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { connectTimeoutMs, LiveConnection } from '../../src/client/live-connection.ts';
import { ManualClock } from '../../src/kernel/index.ts';
import { openDoor } from '../doors/http/open-door.ts';

test('whatever was asked for ends with the connection, and so do its leases', async () => {
  await using door = await openDoor();
  const holder = new SignalboxClient({ url: door.url });
  const client = new SignalboxClient({ url: door.url });
  using connection = await client.connect();
  const lease = await connection.lease({ instrument: 'dmm' });
  await using _other = await holder.lease({ instrument: 'source' });
  const waiting = connection.read('source', 'voltage');
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  connection.close();
  await expect(waiting).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  expect(connection.closed.aborted).toBe(true);
  expect(lease.lost.reason).toMatchObject({ code: 'LEASE_LOST' });
  await expect(connection.read('dmm', 'voltage')).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
  });
  await expect(connection.lease({ port: 'bus' })).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
  });
  // Releasing what is lost already is no error.
  await lease.release();
  await expect.poll(() => door.lab.port.status().leases).toHaveLength(1);
});

test('the holder is told when the gateway goes', async () => {
  const door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  using connection = await client.connect();
  const lease = await connection.lease({ port: 'bus' });
  await door[Symbol.asyncDispose]();
  await expect.poll(() => lease.lost.aborted).toBe(true);
  expect(connection.closed.aborted).toBe(true);
});

test('whoever does not let in is waited for so long, or until the caller gives up', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = { url: new URL(`ws://127.0.0.1:${port}`), protocols: ['signalbox'] };
  const clock = new ManualClock();
  const late = LiveConnection.open(address, undefined, clock);
  late.catch(() => {});
  await clock.advance(connectTimeoutMs);
  await expect(late).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
    message: expect.stringContaining('did not let in') as string,
  });
  const stop = new AbortController();
  const stopped = LiveConnection.open(address, stop.signal, clock);
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(clock.pendingCount).toBe(0);
  server.close();
});

test('an answer that does not come is waited for so long', async () => {
  await using door = await openDoor();
  const clock = new ManualClock();
  const url = new URL('/api/v1/live', door.url.replace('http', 'ws'));
  using connection = await LiveConnection.open({ url, protocols: ['signalbox'] }, undefined, clock);
  await using _lease = await new SignalboxClient({ url: door.url }).lease({ port: 'bus' });
  const reading = connection.read('dmm', 'voltage', { waitMs: 100_000, timeoutMs: 1_000 });
  reading.catch(() => {});
  await clock.advance(100_000 + 1_000);
  expect(clock.pendingCount).toBe(1);
  await clock.advance(30_000);
  await expect(reading).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  expect(clock.pendingCount).toBe(0);
});
