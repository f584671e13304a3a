import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect, test } from 'vitest';

import { connectionHoldMs } from '../../../src/doors/kept-lease.ts';
import { holdDefaultMs } from '../../../src/doors/http/limits.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { guesses, names, otherLeases } from './lease-checks.ts';
import { openDoor } from './open-door.ts';

const read = '/api/v1/instruments/dmm/parameters/voltage';

test('a lease keeps others out, lets its holder in by header, and is given back', async () => {
  await using door = await openDoor();
  const { status, body } = await door.ask('POST', '/api/v1/instruments/dmm/leases', {
    holdMs: 5_000,
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ id: 'bus-1', port: 'bus', scope: 'node-0', expiresInMs: 5_000 });
  const shown = { 'signalbox-lease': String(body['token']) };
  const other = { 'signalbox-client': 'other' };
  const refused = await door.ask('GET', `${read}?waitMs=50`, undefined, other);
  expect(refused.body['error']).toMatchObject({ code: 'WAIT_TIMEOUT' });
  expect((await door.ask('GET', read, undefined, { ...shown, ...other })).status).toBe(200);
  const neighbour = '/api/v1/instruments/source/parameters/voltage';
  expect((await door.ask('GET', neighbour, undefined, other)).status).toBe(200);
  expect((await door.ask('DELETE', '/api/v1/leases/bus-1', undefined, other)).status).toBe(403);
  expect((await door.ask('DELETE', '/api/v1/leases/bus-1', undefined, shown)).status).toBe(204);
  expect((await door.ask('GET', read, undefined, other)).status).toBe(200);
});

test('whoever gives itself the name of the holder, on its connection or another, holds nothing', async () =>
  await names(openDoor));

test('leases of one holder that wait for those of another in a circle are refused', async () => {
  await using door = await openDoor();
  const take = async (instrument: string, token?: string) =>
    await door.ask(
      'POST',
      `/api/v1/instruments/${instrument}/leases`,
      { waitMs: 5_000 },
      token === undefined ? {} : { 'signalbox-lease': token },
    );
  const first = String((await take('dmm')).body['token']);
  const second = String((await take('source')).body['token']);
  const waiting = take('source', first);
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  const refused = await take('dmm', second);
  expect(refused.body['error']).toMatchObject({ code: 'DEADLOCK' });
  const shown = { 'signalbox-lease': second };
  await door.ask('DELETE', '/api/v1/leases/bus-2', undefined, shown);
  expect((await waiting).status).toBe(201);
});

test('a lease is good for what it holds and for itself only', async () =>
  await otherLeases(openDoor));

test('the token is told to nobody but the holder, and cannot be counted up to', async () =>
  await guesses(openDoor));

test('a heartbeat keeps a lease; without one it ends, and its token moves no byte', async () => {
  const clock = new ManualClock();
  await using door = await openDoor({ clock });
  const { body } = await door.ask('POST', '/api/v1/ports/bus/leases', { holdMs: 30_000 });
  const shown = { 'signalbox-lease': String(body['token']) };
  for (let beat = 0; beat < 4; beat += 1) {
    await clock.advance(29_999);
    const answer = await door.ask('POST', '/api/v1/leases/bus-1/heartbeat', undefined, shown);
    expect(answer.body).toEqual({ expiresInMs: 30_000 });
  }
  await clock.advance(30_000);
  expect(door.lab.port.leases()).toEqual([]);
  const late = await door.ask('GET', read, undefined, shown);
  expect(late.body['error']).toMatchObject({ code: 'LEASE_LOST' });
  const heartbeat = await door.ask('POST', '/api/v1/leases/bus-1/heartbeat', undefined, shown);
  expect(heartbeat.body['error']).toMatchObject({ code: 'LEASE_LOST' });
  expect(door.lab.bench.written).toEqual([]);
});

test('without being asked otherwise a lease lasts half a minute', async () => {
  const clock = new ManualClock();
  await using door = await openDoor({ clock });
  const { body } = await door.ask('POST', '/api/v1/ports/bus/leases', {});
  expect(body['expiresInMs']).toBe(holdDefaultMs);
  await clock.advance(holdDefaultMs - 1);
  expect(door.lab.port.leases()).toHaveLength(1);
  await clock.advance(1);
  expect(door.lab.port.leases()).toEqual([]);
});

test('an operator breaks a lease, with a reason that is kept', async () => {
  await using door = await openDoor();
  const audit: unknown[] = [];
  using _listener = door.lab.port.events.on('audit', (entry) => audit.push(entry));
  await door.ask('POST', '/api/v1/ports/bus/leases', {});
  expect((await door.ask('POST', '/api/v1/leases/bus-1/break', {})).status).toBe(400);
  const reason = { reason: 'went home' };
  expect((await door.ask('POST', '/api/v1/leases/bus-1/break', reason)).status).toBe(204);
  expect(door.lab.port.leases()).toEqual([]);
  expect(audit).toMatchObject([{ action: 'break-lease', reason: 'went home' }]);
  expect((await door.ask('POST', '/api/v1/leases/bus-1/break', reason)).status).toBe(404);
});

test('a lease granted to nobody who listens is given back', async () => {
  await using door = await openDoor();
  const first = await door.ask('POST', '/api/v1/ports/bus/leases', {});
  const stop = new AbortController();
  const waiting = fetch(`${door.url}/api/v1/ports/bus/leases`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: stop.signal,
  });
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  stop.abort();
  await expect(waiting).rejects.toThrow();
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(0);
  const shown = { 'signalbox-lease': String(first.body['token']) };
  await door.ask('DELETE', '/api/v1/leases/bus-1', undefined, shown);
  expect(door.lab.port.leases()).toEqual([]);
});

test('who is killed with a lease on a live connection frees the port at once', async () => {
  await using door = await openDoor();
  const program = `
    const socket = new WebSocket('${door.url.replace('http', 'ws')}/api/v1/live?program=victim');
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, type: 'lease', port: 'bus' }));
    socket.onmessage = ({ data }) => console.log(data);
  `;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(JSON.parse(said.toString())).toMatchObject({ id: 1, result: { lease: 'bus-1' } });
  expect(door.lab.port.leases()[0]?.owner.program).toBe('victim');
  const waiting = door.ask('GET', read);
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  const killedMs = performance.now();
  child.kill('SIGKILL');
  expect((await waiting).status).toBe(200);
  // Long before it would have ended by itself, with room for a busy machine.
  expect(performance.now() - killedMs).toBeLessThan(connectionHoldMs / 2);
  expect(door.lab.port.leases()).toEqual([]);
});
