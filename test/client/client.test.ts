import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { SignalboxClient } from '../../src/client/index.ts';
import { openDoor } from '../doors/http/open-door.ts';

test('a program reads, writes, asks and lists through the client', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url, program: 'poller', pid: 42, user: 'ada' });
  expect((await client.status()).version).toBe('1.2.3');
  expect((await client.ports()).map(({ name }) => name)).toEqual(['bus']);
  expect((await client.port('bus')).state).toBe('open');
  expect((await client.instruments()).map(({ name }) => name)).toEqual(['dmm', 'source']);
  expect((await client.instrument('dmm')).messages).toBe(true);
  expect((await client.parameters('dmm'))[0]).toMatchObject({ name: 'voltage', unit: 'V' });
  expect(await client.read('dmm', 'voltage')).toMatchObject({ value: 1.5, unit: 'V' });
  await client.write('dmm', 'level', 33);
  expect((await client.read('dmm', 2)).value).toBe(33);
  expect(await client.query('dmm', '*IDN?')).toBe('node-0 *IDN?');
  expect((await client.readiness()).status).toBe('ready');
  expect((await client.trace('bus', { limit: 1 }))[0]?.request.text).toContain('*IDN?');
  const { owners } = await client.statistics('bus');
  expect(owners).toMatchObject([{ owner: { program: 'poller', pid: 42, user: 'ada' } }]);
  await client.resetStatistics('bus');
  expect((await client.statistics('bus')).operations).toBe(0);
});

test('many requests at once of one program are one owner, of two programs two', async () => {
  await using door = await openDoor();
  const first = new SignalboxClient({ url: door.url, program: 'same' });
  const second = new SignalboxClient({ url: door.url, program: 'same' });
  const messages = Array.from({ length: 10 }, (_, index) => `M${index}`);
  await Promise.all(
    [first, second].flatMap((client) => messages.map((message) => client.query('dmm', message))),
  );
  const { owners } = await first.statistics('bus');
  expect(owners.map(({ operations }) => operations)).toEqual([10, 10]);
});

test('an error comes out as the gateway reported it', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  await expect(client.write('dmm', 'level', 1_000)).rejects.toMatchObject({
    name: 'SignalboxError',
    code: 'VALUE_OUT_OF_RANGE',
    fault: 'caller',
    message: 'level is from 0 to 100',
  });
  await expect(client.read('nothing', 'voltage')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(client.read('../status', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('it says when no gateway answers, or something else does', async () => {
  const client = new SignalboxClient({ url: 'http://127.0.0.1:9' });
  await expect(client.status()).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  await expect(client.connect()).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  await expect(client.watch(['dmm.voltage']).next()).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
  });
  const other = createServer((_request, response) => response.writeHead(404).end('<html>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const wrong = new SignalboxClient({ url: `http://127.0.0.1:${port}` });
  await expect(wrong.status()).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  other.close();
  expect(() => new SignalboxClient({ url: 'localhost' })).toThrow(/is no address/);
});

test('a signal takes a request back', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const holder = new SignalboxClient({ url: door.url });
  await using _lease = await holder.lease({ port: 'bus' });
  const stop = new AbortController();
  const reading = client.read('dmm', 'voltage', { signal: stop.signal });
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  stop.abort();
  await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(0);
});

test('a lease is kept by heartbeats, used by its token and given back', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const other = new SignalboxClient({ url: door.url });
  {
    await using lease = await client.lease({ instrument: 'dmm', holdMs: 1_000 });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(lease.lost.aborted).toBe(false);
    expect(await client.leases()).toMatchObject([{ id: lease.id, port: 'bus', scope: 'node-0' }]);
    await client.read('dmm', 'voltage', { lease });
    const impatient = other.read('dmm', 'voltage', { waitMs: 50 });
    await expect(impatient).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
  }
  await other.read('dmm', 'voltage');
});

test('the holder of a lease is told when it is taken away', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const lease = await client.lease({ port: 'bus', holdMs: 300 });
  await client.breakLease(lease.id, 'the test wants it');
  await expect.poll(() => lease.lost.aborted).toBe(true);
  expect(lease.lost.reason).toMatchObject({ code: 'LEASE_LOST' });
  const late = client.read('dmm', 'voltage', { lease });
  await expect(late).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await lease.release();
});

test('a live connection reads, writes, leases and ends its leases with itself', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url, program: 'live' });
  const connection = await client.connect();
  expect(await connection.read('dmm', 'voltage')).toMatchObject({ value: 1.5 });
  await connection.write('dmm', 'level', 5);
  expect(await connection.query('dmm', 'HELLO')).toBe('node-0 HELLO');
  const lease = await connection.lease({ port: 'bus' });
  await connection.read('dmm', 'voltage', { lease });
  door.lab.port.breakLease(lease.id, { id: 'x', program: 'x', door: 'inline', sinceMs: 0 }, 'test');
  await expect.poll(() => lease.lost.aborted).toBe(true);
  await expect(connection.read('dmm', 'voltage', { lease })).rejects.toMatchObject({
    code: 'LEASE_LOST',
  });
  await connection.lease({ instrument: 'dmm' });
  expect(door.lab.port.leases()).toHaveLength(1);
  connection.close();
  await expect.poll(() => door.lab.port.leases()).toEqual([]);
  await expect(connection.read('dmm', 'voltage')).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
  });
});

test('a wish that is taken back on a live connection leaves the line', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const holder = new SignalboxClient({ url: door.url });
  using connection = await client.connect();
  const held = await holder.lease({ port: 'bus' });
  const stop = new AbortController();
  const wish = connection.lease({ port: 'bus', signal: stop.signal });
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  stop.abort();
  await expect(wish).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(0);
  await held.release();
  expect(door.lab.port.leases()).toEqual([]);
});

test('discovery and actions tell how far they are, and are taken back with their caller', async () => {
  let wasStopped = false;
  await using door = await openDoor({
    services: {
      discover: async (_port, { signal, progress }) => {
        progress(0.5, 'half');
        await new Promise((resolve) => setTimeout(resolve, 300));
        wasStopped = signal.aborted;
        return [{ family: 'line', scope: 'node-3', name: 'mfc3' }];
      },
    },
  });
  const client = new SignalboxClient({ url: door.url });
  const steps: number[] = [];
  const found = await client.discover('bus', { progress: (share) => steps.push(share) });
  expect(found).toEqual([{ family: 'line', scope: 'node-3', name: 'mfc3' }]);
  expect(steps).toContain(0.5);
  expect(await client.run('dmm', 'count', { to: 3 })).toBe(3);
  await expect(client.run('dmm', 'fly')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const stop = new AbortController();
  const stopped = client.discover('bus', { signal: stop.signal, progress: () => stop.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect.poll(() => wasStopped).toBe(true);
});

test('the gateway is asked to stop, and told by whom', async () => {
  const stopped: string[] = [];
  await using door = await openDoor({
    services: { shutdown: ({ program }) => stopped.push(program) },
  });
  await new SignalboxClient({ url: door.url, program: 'signalbox stop' }).shutdown();
  await expect.poll(() => stopped).toEqual(['signalbox stop']);
});
