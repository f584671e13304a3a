import { expect, test } from 'vitest';

import { openDoor } from './open-door.ts';

test('the status names version, ports, doors and instruments', async () => {
  await using door = await openDoor();
  const { status, body } = await door.ask('GET', '/api/v1/status');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    version: '1.2.3',
    ports: [{ name: 'bus', address: 'memory', leases: [], queue: [] }],
    doors: [{ name: 'http', kind: 'http', address: door.url }],
    instruments: [{ name: 'dmm', family: 'line', port: 'bus', parameters: 3, messages: true }, {}],
  });
});

test('a parameter is read by name and by number, with its unit', async () => {
  await using door = await openDoor();
  const path = '/api/v1/instruments/dmm/parameters';
  const byName = await door.ask('GET', `${path}/voltage?maxAgeMs=0&waitMs=1000&priority=poll`);
  expect(byName.body).toMatchObject({ parameter: 'voltage', value: 1.5, unit: 'V' });
  const byNumber = await door.ask('GET', `${path}/1`);
  expect(byNumber.body).toMatchObject({ parameter: 'voltage', value: 1.5 });
});

test('a written value is read back, and one outside the limits is refused before the wire', async () => {
  await using door = await openDoor();
  const path = '/api/v1/instruments/dmm/parameters/level';
  expect((await door.ask('PUT', path, { value: 42 })).status).toBe(204);
  expect((await door.ask('GET', path)).body).toMatchObject({ value: 42 });
  const written = door.lab.bench.written.length;
  const refused = await door.ask('PUT', path, { value: 1_000 });
  expect(refused.status).toBe(422);
  expect(refused.body['error']).toMatchObject({ code: 'VALUE_OUT_OF_RANGE', fault: 'caller' });
  expect(door.lab.bench.written).toHaveLength(written);
});

test('messages, identity and actions reach the instrument', async () => {
  await using door = await openDoor();
  const path = '/api/v1/instruments/dmm';
  const query = await door.ask('POST', `${path}/query`, { message: '*IDN?' });
  expect(query.body).toEqual({ reply: 'node-0 *IDN?' });
  const action = await door.ask('POST', `${path}/actions/count`, { values: { to: 3 } });
  expect(action.body).toEqual({ result: 3 });
  const begun = await door.ask('POST', `${path}/actions/count`, {
    values: { to: 2 },
    background: true,
  });
  expect(begun.status).toBe(202);
  await expect
    .poll(async () => (await door.ask('GET', `/api/v1/tasks/${String(begun.body['id'])}`)).body)
    .toMatchObject({ state: 'done', share: 1, result: 2 });
});

test('statistics count each owner and can be reset', async () => {
  await using door = await openDoor();
  await door.ask('GET', '/api/v1/instruments/dmm/parameters/voltage', undefined, {
    'signalbox-program': 'poller.py',
    'signalbox-pid': '4711',
  });
  const before = await door.ask('GET', '/api/v1/ports/bus/statistics');
  expect(before.body).toMatchObject({
    operations: 1,
    owners: [{ owner: { program: 'poller.py', pid: 4711, door: 'http' }, successes: 1 }],
  });
  await door.ask('POST', '/api/v1/ports/bus/statistics/reset');
  const after = await door.ask('GET', '/api/v1/ports/bus/statistics');
  expect(after.body).toMatchObject({ operations: 0, owners: [], wireTransactions: 0 });
});

test('the trace shows bytes as hex and as text, of one instrument where asked', async () => {
  await using door = await openDoor();
  await door.ask('GET', '/api/v1/instruments/dmm/parameters/voltage');
  await door.ask('GET', '/api/v1/instruments/source/parameters/voltage');
  const { body } = await door.ask('GET', '/api/v1/ports/bus/trace?scope=node-1&limit=1');
  expect(body['entries']).toMatchObject([
    { scope: 'node-1', request: { text: 'node-1 GET voltage.' }, reply: { hex: '312e350a' } },
  ]);
});

test('a released port refuses, says what to do, and works again when it is taken back', async () => {
  await using door = await openDoor();
  const read = '/api/v1/instruments/dmm/parameters/voltage';
  await door.ask('POST', '/api/v1/ports/bus/release');
  const refused = await door.ask('GET', read);
  expect(refused.status).toBe(503);
  expect(refused.body['error']).toMatchObject({ code: 'PORT_RELEASED' });
  expect((await door.ask('GET', '/readyz')).status).toBe(200);
  await door.ask('POST', '/api/v1/ports/bus/reclaim');
  expect((await door.ask('GET', read)).status).toBe(200);
});

test('readiness names the port that is gone; being alive does not depend on it', async () => {
  await using door = await openDoor();
  door.lab.bench.openFailure = (await import('../../../src/kernel/index.ts')).asSignalboxError(
    new Error('no such device'),
  );
  door.lab.bench.current?.side.unplug();
  await expect.poll(async () => (await door.ask('GET', '/readyz')).status).toBe(503);
  const { body } = await door.ask('GET', '/readyz');
  expect(body).toMatchObject({ status: 'not-ready', ports: { bus: { ready: false } } });
  expect((await door.ask('GET', '/livez')).body).toEqual({ status: 'live' });
});

test('log levels are shown and changed, and what the gateway cannot do is not found', async () => {
  const levels: Record<string, string> = { ports: 'info' };
  await using door = await openDoor({
    services: {
      logLevels: { levels: () => levels, setLevel: (room, level) => (levels[room] = level) },
    },
  });
  const changed = await door.ask('PUT', '/api/v1/log-levels', { levels: { ports: 'debug' } });
  expect(changed.body).toEqual({ levels: { ports: 'debug' } });
  expect((await door.ask('POST', '/api/v1/discover', { port: 'bus' })).status).toBe(404);
  expect((await door.ask('POST', '/api/v1/shutdown')).status).toBe(404);
});

test('an unknown failure shows nothing of itself and goes to the log with its request', async () => {
  const logged: unknown[] = [];
  const note = (message: string, details?: object): void => void logged.push({ message, details });
  await using door = await openDoor({
    log: { debug: () => {}, info: () => {}, warn: note, error: note },
    services: {
      logLevels: {
        levels: () => {
          throw new TypeError('secret path /home/ada');
        },
        setLevel: () => {},
      },
    },
  });
  const { status, body } = await door.ask('GET', '/api/v1/log-levels');
  expect(status).toBe(500);
  expect(body['error']).toMatchObject({ code: 'INTERNAL' });
  expect(JSON.stringify(body)).not.toContain('secret');
  const { requestId } = body['error'] as { requestId: string };
  expect(logged).toMatchObject([{ details: { requestId, error: { message: /secret/ } } }]);
});

test('who goes away does not keep the line', async () => {
  await using door = await openDoor();
  const { body } = await door.ask('POST', '/api/v1/ports/bus/leases', {});
  const stop = new AbortController();
  const waiting = fetch(`${door.url}/api/v1/instruments/dmm/parameters/voltage`, {
    signal: stop.signal,
  });
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  stop.abort();
  await expect(waiting).rejects.toThrow();
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(0);
  expect(body['id']).toBe('bus-1');
});

test('closing the door answers those who wait', async () => {
  const door = await openDoor();
  await door.ask('POST', '/api/v1/ports/bus/leases', {});
  const waiting = door.ask('GET', '/api/v1/instruments/dmm/parameters/voltage');
  await expect.poll(() => door.lab.port.status().queue).toHaveLength(1);
  await door.door.close();
  expect((await waiting).body['error']).toMatchObject({ code: 'CLOSED' });
  await door[Symbol.asyncDispose]();
});

test('a taken address is named', async () => {
  await using door = await openDoor();
  const port = Number(new URL(door.url).port);
  await expect(openDoor({ port })).rejects.toMatchObject({
    code: 'LINK_COMMUNICATION',
    message: `127.0.0.1:${port} is taken by another program`,
  });
});
