import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { failuresMost } from '../../../src/doors/http/failure-limit.ts';
import { bodyBytesMost } from '../../../src/doors/http/limits.ts';
import { everyPage, everyRoute } from './every-route.ts';
import type { openDoor } from './open-door.ts';
import { rawRequest } from './raw-request.ts';

/** Opens a door to a laboratory. */
export type Open = typeof openDoor;

/** How long what comes at once is waited for: as long as a busy machine may take, unless given. */
export interface Patience {
  readonly timeout?: number;
}

export async function foreignHosts(open: Open): Promise<void> {
  await using door = await open();
  const { port } = new URL(door.url);
  const hosts = [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `127.0.0.1:${port}@evil.example`,
    `192.0.2.7:${port}`,
    'evil host',
  ];
  const ways = await everyRoute(door.url);
  expect(ways.length).toBeGreaterThan(35);
  for (const way of ways) {
    for (const host of hosts) {
      const { status, text } = await rawRequest({
        url: door.url,
        ...way,
        headers: { ...way.headers, host },
      });
      expect([status, text], `${way.method} ${way.path} for '${host}'`).toEqual([
        403,
        expect.stringContaining('FORBIDDEN'),
      ]);
    }
  }
  expect(door.lab.bench.written).toEqual([]);
}

export async function foreignOrigins(open: Open): Promise<void> {
  await using door = await open();
  const { host, port } = new URL(door.url);
  const strangers = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: `https://${host}` },
    { origin: `http://127.0.0.1:${Number(port) - 1}` },
    { origin: `http://${host}.evil.example` },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const way of await everyRoute(door.url)) {
    for (const stranger of strangers) {
      const headers = { ...way.headers, ...stranger, host };
      const { status } = await rawRequest({ url: door.url, ...way, headers });
      expect(status, `${way.method} ${way.path} for ${JSON.stringify(stranger)}`).toBe(403);
    }
  }
  expect(door.lab.bench.written).toEqual([]);
}

export async function forms(open: Open): Promise<void> {
  await using door = await open();
  const { host } = new URL(door.url);
  const changing = (await everyRoute(door.url)).filter(({ method }) =>
    /POST|PUT|PATCH/.test(method),
  );
  for (const { method, path } of changing) {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', undefined]) {
      const headers = { host, ...(type === undefined ? {} : { 'content-type': type }) };
      const { status } = await rawRequest({ url: door.url, method, path, headers, body: '{}' });
      expect(status, `${method} ${path} with ${type}`).toBe(400);
    }
  }
  expect(door.lab.port.leases()).toEqual([]);
  expect(door.lab.port.status().state).not.toBe('released');
}

export async function tokens(open: Open): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-token-'));
  const tokenFile = join(folder, 'token');
  // Another loopback address stands for one that other machines can reach.
  await using door = await open({ host: '127.0.0.2', isTokenRequired: true, tokenFile });
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const { host } = new URL(door.url);
  // A browser that comes back from signing in brings no token, but what it was sent away with.
  const openPaths = ['/livez', ...(await everyPage()), '/api/players/x/callback'];
  const withoutToken: string[] = [];
  let wrong = 0;
  for (const way of await everyRoute(door.url, token)) {
    const where = `${way.method} ${way.path}`;
    const without = await rawRequest({
      url: door.url,
      ...way,
      headers: { ...way.headers, host },
    });
    if (openPaths.includes(way.path)) {
      withoutToken.push(where);
      expect(without.text).not.toContain('dmm');
      continue;
    }
    expect(without.status, where).toBe(401);
    const authorization = `Bearer ${token.slice(0, -1)}x`;
    const headers = { ...way.headers, host, authorization };
    wrong += 1;
    const { status } = await rawRequest({ url: door.url, ...way, headers });
    expect(status, where).toBe(wrong > failuresMost ? 429 : 401);
  }
  expect(withoutToken.toSorted()).toEqual(openPaths.map((path) => `GET ${path}`).toSorted());
  const right = { host, authorization: `Bearer ${token}` };
  const answer = await rawRequest({ url: door.url, path: '/api/v1/ports', headers: right });
  expect(answer.status, 'somebody else’s wrong tokens do not lock out who has the right one').toBe(
    200,
  );
  await rm(folder, { recursive: true });
}

export async function longBodies(open: Open, patience: Patience = {}): Promise<void> {
  await using door = await open();
  const { hostname, port, host } = new URL(door.url);
  const client = connect(Number(port), hostname);
  client.on('error', () => {});
  let answer = '';
  client.on('data', (data: Buffer) => (answer += data.toString()));
  const ended = once(client, 'close');
  const head =
    `POST /api/v1/instruments/dmm/query HTTP/1.1\r\nHost: ${host}\r\n` +
    'Content-Type: application/json\r\nContent-Length: ';
  client.write(`${head}${bodyBytesMost}\r\n\r\n"${'x'.repeat(bodyBytesMost - 2)}"`);
  await expect.poll(() => answer, patience).toContain('HTTP/1.1 400 ');
  // As long as it may be: it was read, and the connection goes on.
  expect(answer).toContain('object');
  expect(answer).toContain('Connection: keep-alive');
  answer = '';
  // One byte more, of which the end never comes: it would be the next request.
  client.write(`${head}${bodyBytesMost + 1}\r\n\r\n${'x'.repeat(1_000)}`);
  await expect.poll(() => answer, patience).toContain('too large');
  expect(answer).toContain('HTTP/1.1 400 ');
  expect(answer.toLowerCase()).toContain('connection: close');
  await ended;
  // One that is refused for something else, before its body has come.
  const other = await rawRequest({
    url: door.url,
    method: 'POST',
    path: '/api/v1/instruments/dmm/query',
    headers: { host, connection: 'keep-alive', 'content-length': '1000', 'content-type': 'x' },
  }).catch((error: unknown) => error);
  expect(other).toMatchObject({ status: 400, headers: { connection: 'close' } });
}
