import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { assetPaths } from '../../../../src/doors/http/pages/assets.ts';
import { pagePaths } from '../../../../src/doors/http/pages/pages.ts';
import { openDoor } from '../open-door.ts';

const files = join(import.meta.dirname, '../../../../src/doors/http/pages/browser');

test('every file of a page is served, and is asked for again only when it has changed', async () => {
  await using door = await openDoor();
  const written = readdirSync(files).filter((name) => name !== 'tsconfig.json');
  expect(written.map((name) => `/assets/${name}`).toSorted()).toEqual(assetPaths.toSorted());
  for (const path of assetPaths) {
    const first = await fetch(`${door.url}${path}`);
    expect(first.headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await fetch(`${door.url}${path}`, { headers })).status).toBe(304);
  }
});

test.each(pagePaths)('the page %s runs scripts and styles of the gateway only', async (path) => {
  await using door = await openDoor();
  const response = await fetch(`${door.url}${path}`);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(await response.text()).not.toMatch(/<style|<script>| on\w+=|(?:src|href)="(?!\/|data:,)/);
});
