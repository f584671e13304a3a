import { expect, test } from 'vitest';

import { pages } from '../../../../dashboard/src/app/page-list.ts';
import { loadDashboard } from '../../../../src/doors/http/dashboard/dashboard-files.ts';
import { dashboardPaths } from '../../../../src/doors/http/dashboard/page-paths.ts';
import { openDoor } from '../open-door.ts';

test('the gateway serves each page that the dashboard has, and no other', () => {
  expect(dashboardPaths.toSorted()).toEqual(pages.map(({ name }) => `/${name}`).toSorted());
});

test('a page is there at its address, and at the address of each thing that it shows', async () => {
  await using door = await openDoor();
  const overview = await (await fetch(door.url)).text();
  for (const path of dashboardPaths) {
    for (const address of path === '/' ? [path] : [path, `${path}/bus`, `${path}/a%2Fb/c`]) {
      const response = await fetch(`${door.url}${address}`);
      expect(response.status, address).toBe(200);
      expect(await response.text(), address).toBe(overview);
    }
  }
  expect((await fetch(`${door.url}/nowhere`)).status).toBe(404);
});

test('a page runs scripts and styles of the gateway only', async () => {
  await using door = await openDoor();
  const response = await fetch(door.url);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await response.text()).not.toMatch(/<style|<script>| on\w+=|(?:src|href)="(?!\/|data:,)/);
});

test('a page is asked for again each time, what it loads never, and neither is sent twice', async () => {
  await using door = await openDoor();
  const files = await loadDashboard();
  expect(files.length).toBeGreaterThan(3);
  for (const { path } of files) {
    const address = path === 'index.html' ? door.url : `${door.url}/${path}`;
    const first = await fetch(address);
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe(
      path === 'index.html' ? 'no-cache' : 'public, max-age=31536000, immutable',
    );
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await fetch(address, { headers })).status).toBe(304);
  }
});

test('what is loaded comes compressed as the browser can read it', async () => {
  await using door = await openDoor();
  const script = (await loadDashboard()).find(({ path }) => path.endsWith('.js'));
  const ask = async (accepted: string): Promise<Response> =>
    await fetch(`${door.url}/${script?.path}`, { headers: { 'accept-encoding': accepted } });
  const plain = await ask('identity');
  expect(plain.headers.get('content-encoding')).toBeNull();
  const text = await plain.text();
  const cases = [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
  ] as const;
  const etags = new Set([plain.headers.get('etag')]);
  for (const [accepted, encoding] of cases) {
    const answer = await ask(accepted);
    expect(answer.headers.get('content-encoding'), accepted).toBe(encoding);
    expect(answer.headers.get('vary')).toContain('accept-encoding');
    expect(await answer.text()).toBe(text);
    etags.add(answer.headers.get('etag'));
  }
  expect(etags.size).toBe(3);
});
