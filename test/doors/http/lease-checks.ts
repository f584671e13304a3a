import { expect } from 'vitest';

import { connectionHoldMs } from '../../../src/doors/kept-lease.ts';
import { pingEveryMs } from '../../../src/doors/http/live-socket.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import type { Open, Patience } from './access-checks.ts';
import { live, RawWebSocket } from './live-client.ts';

const read = '/api/v1/instruments/dmm/parameters/voltage';

export async function names(open: Open): Promise<void> {
  await using door = await open();
  const named = {
    'signalbox-program': 'poller.py',
    'signalbox-pid': '4711',
    'signalbox-user': 'ada',
    'signalbox-client': 'one',
  };
  const { body } = await door.ask('POST', '/api/v1/ports/bus/leases', {}, named);
  const status = await door.ask('GET', '/api/v1/status');
  const told = JSON.stringify(status.body);
  expect(told).toContain(String(body['id']));
  for (const headers of [named, { ...named, 'signalbox-lease': String(body['id']) }]) {
    const { body: refused } = await door.ask('GET', `${read}?waitMs=20`, undefined, headers);
    expect(refused['error']).toMatchObject({
      code: 'signalbox-lease' in headers ? 'LEASE_LOST' : 'WAIT_TIMEOUT',
    });
  }
  const shown = { 'signalbox-lease': String(body['token']) };
  expect((await door.ask('GET', read, undefined, shown)).status).toBe(200);
  expect(door.lab.bench.written).toHaveLength(1);
}

export async function otherLeases(open: Open): Promise<void> {
  await using door = await open();
  const take = async (instrument: string) =>
    (await door.ask('POST', `/api/v1/instruments/${instrument}/leases`, {})).body;
  const [first, second] = [await take('dmm'), await take('source')];
  const shown = { 'signalbox-lease': String(first['token']) };
  const path = `/api/v1/leases/${String(second['id'])}`;
  expect((await door.ask('DELETE', path, undefined, shown)).status).toBe(403);
  expect((await door.ask('POST', `${path}/heartbeat`, undefined, shown)).status).toBe(403);
  const neighbour = '/api/v1/instruments/source/parameters/voltage?waitMs=50';
  const refused = await door.ask('GET', neighbour, undefined, shown);
  expect(refused.body['error']).toMatchObject({ code: 'BAD_ARGUMENT' });
  expect(door.lab.port.leases()).toHaveLength(2);
}

export async function guesses(open: Open): Promise<void> {
  await using door = await open();
  const { body } = await door.ask('POST', '/api/v1/ports/bus/leases', {});
  const token = String(body['token']);
  for (const path of ['status', 'ports', 'leases', 'ports/bus/trace', 'ports/bus/statistics']) {
    const answer = await door.ask('GET', `/api/v1/${path}`);
    expect(JSON.stringify(answer.body)).not.toContain(token);
  }
  const [epoch, counter] = token.split('.');
  for (const guess of [`${epoch}.${counter}`, `${epoch}.${counter}.AAAAAAAAAAAAAAAAAAAAAA`]) {
    const { body } = await door.ask('GET', read, undefined, { 'signalbox-lease': guess });
    expect(body['error']).toMatchObject({ code: 'LEASE_LOST' });
  }
}

export async function otherConnections(open: Open): Promise<void> {
  await using door = await open();
  const name = 'program=poller.py&pid=4711&user=ada&client=one';
  using holder = await live(door.url, name);
  holder.say({ id: 1, type: 'lease', instrument: 'dmm' });
  expect(await holder.next()).toMatchObject({ result: { lease: 'bus-1' } });
  // The other one gives itself the same name, and knows the lease from the status.
  using other = await live(door.url, name);
  const read = { type: 'read', instrument: 'dmm', parameter: 'voltage', waitMs: 30 };
  const attempts = [
    { ...read, lease: 'bus-1' },
    { type: 'renew', lease: 'bus-1' },
    { type: 'release', lease: 'bus-1' },
  ];
  for (const [id, attempt] of attempts.entries()) {
    other.say({ id, ...attempt });
    expect(await other.next()).toMatchObject({ id, error: { code: 'LEASE_LOST' } });
  }
  other.say({ id: 9, ...read });
  expect(await other.next()).toMatchObject({ id: 9, error: { code: 'WAIT_TIMEOUT' } });
  expect(door.lab.bench.written).toEqual([]);
  for (const [id, attempt] of [read, { ...read, lease: 'bus-1' }].entries()) {
    holder.say({ id: 10 + id, ...attempt });
    expect(await holder.next()).toMatchObject({ id: 10 + id, result: { value: 1.5 } });
  }
}

export async function connectionEnds(open: Open, patience: Patience = {}): Promise<void> {
  const clock = new ManualClock();
  await using door = await open({ clock });
  using connection = await live(door.url);
  connection.say({ id: 1, type: 'lease', instrument: 'dmm' });
  expect(await connection.next()).toMatchObject({ result: { lease: 'bus-1', scope: 'node-0' } });
  connection.say({ id: 2, type: 'renew', lease: 'bus-1' });
  expect(await connection.next()).toMatchObject({ result: { expiresInMs: connectionHoldMs } });
  for (let time = 0; time < 30; time += 1) {
    await clock.advance(connectionHoldMs / 10);
    // The client answers its pings between.
    connection.say({ id: 3 + time, type: 'read', instrument: 'source', parameter: 'voltage' });
    expect(await connection.next()).toMatchObject({ id: 3 + time, result: { value: 1.5 } });
  }
  expect(door.lab.port.leases()).toHaveLength(1);
  connection.socket.close();
  await expect.poll(() => door.lab.port.leases(), patience).toEqual([]);
}

/** One whose machine lost its power: nothing comes from it any more, not even an end. */
export async function vanished(open: Open, patience: Patience = {}): Promise<void> {
  const clock = new ManualClock();
  await using door = await open({ clock });
  await using client = await RawWebSocket.open(door.url);
  client.say({ id: 0, type: 'lease', instrument: 'dmm' });
  await expect.poll(() => door.lab.port.leases(), patience).toHaveLength(1);
  await clock.advance(pingEveryMs - 1);
  expect(door.lab.port.leases()).toHaveLength(1);
  await clock.advance(1);
  await expect.poll(() => door.lab.port.leases(), patience).toEqual([]);
  await expect.poll(() => door.door.status().clients, patience).toEqual([]);
}
