import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { openConfig, settingsOf } from '../../../src/config/index.ts';
import { defaultRateLimits } from '../../../src/doors/http/rate-limits.ts';
import type { Open } from './access-checks.ts';
import type { OpenDoor } from './open-door.ts';

const text = '[gateway]\nname = "lab"\n';

/** Who has not seen the newest settings changes none, and who only tries changes none either. */
export async function overtaken(open: Open): Promise<void> {
  await withSettings(open, async (door, file) => {
    const named = (name: string) => ({ changes: [{ path: 'gateway.name', value: name }] });
    const first = await door.ask('PATCH', '/api/v1/config', named('one'));
    expect(first.body).toMatchObject({ revision: 2, before: 1 });
    const before = await readFile(file, 'utf8');
    const stale = { 'if-match': '"1"' };
    const late = [
      await door.ask('PATCH', '/api/v1/config', { ...named('two'), expectedRevision: 1 }),
      await door.ask('PATCH', '/api/v1/config', named('two'), stale),
      await door.ask('POST', '/api/v1/config/rollback', { revision: 2, expectedRevision: 1 }),
      await door.ask('POST', '/api/v1/config/rollback', { revision: 2 }, stale),
    ];
    expect(late.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    await door.ask('PATCH', '/api/v1/config', { ...named('two'), dryRun: true });
    expect(await readFile(file, 'utf8')).toBe(before);
  });
}

/** One caller who asks too often is refused, and nobody else. */
export async function floods(open: Open): Promise<void> {
  const apiGeneral = { requests: 5, windowMs: 60_000, blockMs: 60_000 };
  await using door = await open({
    rateLimits: { ...defaultRateLimits, loopback: true, apiGeneral },
  });
  const statuses: number[] = [];
  for (let time = 0; time < 8; time += 1) {
    statuses.push((await door.ask('GET', '/api/v1/log-levels')).status);
  }
  expect(statuses).toEqual([404, 404, 404, 404, 404, 429, 429, 429]);
  expect((await door.ask('GET', '/api/v1/status')).status).toBe(200);
  expect((await door.ask('GET', '/api/v1/instruments')).status).toBe(200);
}

async function withSettings(
  open: Open,
  run: (door: OpenDoor, file: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-settings-'));
  const file = join(folder, 'lab.toml');
  await writeFile(file, text);
  const store = await openConfig(file);
  const door = await open({ services: { settings: settingsOf(store) } });
  try {
    await run(door, file);
  } finally {
    await door[Symbol.asyncDispose]();
    await store.close();
    await rm(folder, { recursive: true });
  }
}
