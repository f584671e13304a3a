import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { foreignHosts, foreignOrigins, forms, longBodies, tokens } from './access-checks.ts';
import { openDoor } from './open-door.ts';
import { rawRequest } from './raw-request.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-token-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

/** Another loopback address stands for one that other machines can reach. */
const beyond = (name: string) => ({
  host: '127.0.0.2',
  isTokenRequired: true,
  tokenFile: join(folder, name),
});

test('no route answers to a foreign host', async () => await foreignHosts(openDoor));

test('no route answers a page of another origin', async () => await foreignOrigins(openDoor));

test('its own page, localhost, named hosts and named origins are let in', async () => {
  const origins = ['https://lab.example.org'];
  await using door = await openDoor({ hosts: ['lab-pc'], origins });
  const { host, port } = new URL(door.url);
  const ask = async (headers: Record<string, string>) =>
    await rawRequest({ url: door.url, path: '/api/v1/ports', headers });
  for (const name of [host, `localhost:${port}`, 'LOCALHOST', `lab-pc:${port}`, '[::1]:8080']) {
    expect((await ask({ host: name })).status, name).toBe(200);
  }
  expect((await ask({ host, origin: `http://${host}` })).status).toBe(200);
  const named = await ask({ host, origin: 'https://lab.example.org' });
  expect(named.status).toBe(200);
  expect(named.headers['access-control-allow-origin']).toBe('https://lab.example.org');
  const preflight = await rawRequest({
    url: door.url,
    method: 'OPTIONS',
    path: '/api/v1/ports/bus/leases',
    headers: { host, origin: 'https://lab.example.org' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers['access-control-allow-headers']).toContain('Signalbox-Lease');
});

test('a form cannot change anything', async () => await forms(openDoor));

test('beyond loopback every route that tells anything wants the token', async () =>
  await tokens(openDoor));

test('a token in the address is no token', async () => {
  await using door = await openDoor(beyond('address'));
  const token = (await readFile(join(folder, 'address'), 'utf8')).trim();
  for (const name of ['token', 'access_token', 'authorization']) {
    const answer = await fetch(`${door.url}/api/v1/ports?${name}=${token}`);
    expect(answer.status).toBe(401);
  }
});

test('a browser’s WebSocket brings the token as a subprotocol', async () => {
  await using door = await openDoor(beyond('browser'));
  const token = (await readFile(join(folder, 'browser'), 'utf8')).trim();
  const url = `${door.url.replace('http', 'ws')}/api/v1/live`;
  const opened = async (protocols: string[]): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = new WebSocket(url, protocols);
    socket.addEventListener('open', () => resolve(socket.protocol === 'signalbox'));
    socket.addEventListener('error', () => resolve(false));
    const is = await promise;
    socket.close();
    return is;
  };
  expect(await opened(['signalbox', `bearer.${token}`])).toBe(true);
  expect(await opened(['signalbox', `bearer.${token}x`])).toBe(false);
  expect(await opened(['signalbox'])).toBe(false);
});

test('a token file is made for its owner alone, and one that others may read is refused', async () => {
  await using door = await openDoor(beyond('made'));
  expect(door.url).toContain('127.0.0.2');
  const path = join(folder, 'made');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await readFile(path, 'utf8')).trim().length).toBeGreaterThanOrEqual(43);
  await chmod(path, 0o644);
  await expect(openDoor(beyond('made'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await writeFile(join(folder, 'short'), 'secret\n', { mode: 0o600 });
  await expect(openDoor(beyond('short'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a token that is replaced, or whose file others may read, is right no longer', async () => {
  const path = join(folder, 'replaced');
  await using door = await openDoor(beyond('replaced'));
  const ask = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${door.url}/api/v1/ports`, { headers })).status;
  };
  const first = (await readFile(path, 'utf8')).trim();
  expect(await ask(first)).toBe(200);
  const second = 's'.repeat(first.length);
  await writeFile(path, second);
  expect(await ask(first)).toBe(401);
  expect(await ask(second)).toBe(200);
  await chmod(path, 0o644);
  expect(await ask(second)).toBe(401);
  await chmod(path, 0o600);
  expect(await ask(second)).toBe(200);
});

test('it does not open beyond loopback without a token file', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    await expect(openDoor({ host })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  }
});

test('a body that is too long is refused, and the connection with it', async () =>
  await longBodies(openDoor));
