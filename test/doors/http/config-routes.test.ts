import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openConfig, settingsOf } from '../../../src/config/index.ts';
import type { Config, ConfigStore } from '../../../src/config/index.ts';
import { openDoor } from './open-door.ts';
import type { OpenDoor } from './open-door.ts';

const text = `# the wires of the laboratory
[ports.bus] # behind the cupboard
serial = "/dev/ttyUSB0"
protocol = "propar"
timeoutMs = 200

[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3

[workers.camera]
command = ["camera", "--fast"]
environment = { CAMERA_TOKEN = "hunter2", CAMERA_MODE = "fast" }
`;

let folder: string;
let file: string;
let store: ConfigStore<Config>;
let door: OpenDoor;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-settings-'));
  file = join(folder, 'lab.toml');
  await writeFile(file, text);
  store = await openConfig(file);
  door = await openDoor({
    services: { settings: settingsOf(store, { live: ['gateway.logLevel'] }) },
  });
});

afterEach(async () => {
  await door[Symbol.asyncDispose]();
  await store.close();
  await rm(folder, { recursive: true });
});

type Body = Readonly<Record<string, unknown>>;

async function patch(body: Body, headers: Record<string, string> = {}) {
  return await door.ask('PATCH', '/api/v1/config', body, headers);
}

const slower = { path: 'ports.bus.timeoutMs', value: 500 };

describe('settings over HTTP', () => {
  test('are shown with their defaults, with where they come from, and without secrets', async () => {
    const { body, headers } = await door.ask('GET', '/api/v1/config');
    expect(body).toMatchObject({
      file,
      revision: 1,
      values: { ports: { bus: { timeoutMs: 200, mode: 'binary' } }, http: { port: 5_001 } },
      written: { ports: { bus: { timeoutMs: 200 } } },
      origins: { 'ports.bus.timeoutMs': { kind: 'main', file, line: 5 } },
      pendingRestart: [],
    });
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(body['values']).toMatchObject({
      workers: {
        camera: { environment: { CAMERA_TOKEN: { redacted: true }, CAMERA_MODE: 'fast' } },
      },
    });
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^"1-/);
    const asked = { headers: { 'if-none-match': etag } };
    expect((await fetch(`${door.url}/api/v1/config`, asked)).status).toBe(304);
    const { headers: after } = await patch({ changes: [slower] }, { 'if-match': etag });
    expect(after.get('etag')).toBe('"2"');
  });

  test('are sent again when nothing but their state is other', async () => {
    const { headers } = await door.ask('GET', '/api/v1/config');
    const asked = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    // An editor leaves what cannot be taken: the revision stays, and there is something to tell.
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('timeoutMs = 200', 'timeoutMs = -1'),
    );
    await expect
      .poll(async () => (await fetch(`${door.url}/api/v1/config`, asked)).status)
      .toBe(200);
  });

  test('are described for forms', async () => {
    const { body } = await door.ask('GET', '/api/v1/config/schema');
    expect(body).toMatchObject({
      properties: {
        http: {
          properties: {
            port: { maximum: 65_535, default: 5_001, description: '0 takes a free one' },
          },
        },
      },
    });
    expect(JSON.stringify(body)).not.toMatch(/"description":"[^"]*[|`]/);
  });

  test('are named part by part, for completion', async () => {
    const { body } = await door.ask('GET', '/api/v1/config/keys');
    expect(body['keys']).toContainEqual({ path: 'ports', isTable: true });
    const below = await door.ask('GET', '/api/v1/config/keys?below=ports');
    expect(below.body).toEqual({ keys: [{ path: 'ports.bus', isTable: true }] });
    const { keys } = (await door.ask('GET', '/api/v1/config/keys?below=ports.bus')).body;
    expect(keys).toContainEqual({ path: 'ports.bus.timeoutMs', isTable: false });
    const wrong = await door.ask('GET', '/api/v1/config/keys?below=ports..bus');
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'BAD_ARGUMENT' } } });
  });

  test('change together, in the file as its author has written it', async () => {
    const changes = [slower, { path: ['gateway', 'name'], value: 'lab-2' }];
    const { status, body, headers } = await patch(
      { changes, why: 'a slow bus' },
      { 'signalbox-program': 'tuner', 'signalbox-user': 'ada' },
    );
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"2"');
    expect(body).toEqual({
      revision: 2,
      before: 1,
      changes: [
        { path: 'ports.bus.timeoutMs', before: 200, after: 500 },
        { path: 'gateway.name', before: 'signalbox', after: 'lab-2' },
      ],
      pendingRestart: ['ports.bus.timeoutMs', 'gateway.name'],
      dryRun: false,
    });
    expect(await readFile(file, 'utf8')).toContain(
      '[ports.bus] # behind the cupboard\nserial = "/dev/ttyUSB0"\nprotocol = "propar"\ntimeoutMs = 500\n',
    );
    const { revisions } = (await door.ask('GET', '/api/v1/config/history')).body;
    expect(revisions).toMatchObject([
      {
        revision: 2,
        by: 'ada with tuner',
        why: 'a slow bus',
        keys: ['ports.bus.timeoutMs', 'gateway.name'],
      },
      { revision: 1 },
    ]);
  });

  test('hold at once or after a restart, and say so', async () => {
    const level = { path: 'gateway.logLevel', value: 'debug' };
    expect((await patch({ changes: [level] })).body['pendingRestart']).toEqual([]);
    expect((await patch({ changes: [slower] })).body['pendingRestart']).toEqual([slower.path]);
    const back = { path: slower.path, value: 200 };
    expect((await patch({ changes: [back] })).body['pendingRestart']).toEqual([]);
  });

  test('are not changed by who has not seen the newest ones', async () => {
    await patch({ changes: [slower], why: 'a slow bus' }, { 'signalbox-program': 'tuner' });
    const mine = { changes: [{ path: slower.path, value: 900 }] };
    for (const late of [
      await patch({ ...mine, expectedRevision: 1 }),
      await patch(mine, { 'if-match': '"1"' }),
    ]) {
      expect(late.status).toBe(409);
      expect(late.body['error']).toMatchObject({
        code: 'CONFIG_CONFLICT',
        message: expect.stringMatching(/revision 2, made by tuner by http, not at 1/) as string,
        details: {
          revision: 2,
          expectedRevision: 1,
          by: 'tuner by http',
          at: expect.any(Number) as number,
          keys: [slower.path],
        },
      });
    }
    expect((await patch({ ...mine, expectedRevision: 2 })).body['revision']).toBe(3);
    expect((await patch(mine, { 'if-match': 'yesterday' })).status).toBe(400);
  });

  test('have to be good: the path, what is allowed, and what was likely meant', async () => {
    const bad = [
      { path: 'ports.bus.parity', value: 'evn' },
      { path: 'ports.bus.tmeoutMs', value: 1 },
      { path: 'instruments.nitrogen.node', value: 129 },
    ];
    const { status, body } = await patch({ changes: bad });
    expect(status).toBe(422);
    const { code, details } = body['error'] as { code: string; details: { problems: unknown } };
    expect(code).toBe('CONFIG_INVALID');
    const problem = (path: string, message: RegExp) => ({
      path,
      message: expect.stringMatching(message) as string,
    });
    expect(details.problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining(problem('ports.bus.parity', /one of "even", "none", "odd"/)),
        expect.objectContaining(problem('ports.bus.tmeoutMs', /did you mean 'timeoutMs'/)),
        expect.objectContaining(problem('instruments.nitrogen.node', /at most 128, not 129/)),
      ]),
    );
    expect((await patch({ changes: [{ path: 'ports..bus', value: 1 }] })).status).toBe(400);
    expect(store.revision).toBe(1);
  });

  test('can be tried', async () => {
    const tried = await patch({ changes: [slower], dryRun: true });
    expect(tried.body).toMatchObject({ revision: 1, dryRun: true, changes: [{ after: 500 }] });
    const bad = await patch({ changes: [{ path: slower.path, value: 'x' }], dryRun: true });
    expect(bad.status).toBe(422);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('fall back to their defaults when they are taken away', async () => {
    await patch({ changes: [{ path: slower.path, delete: true }] });
    expect(store.value.ports['bus']?.timeoutMs).toBeUndefined();
    expect(await readFile(file, 'utf8')).not.toContain('timeoutMs');
  });

  test('are renamed with all that refers to them', async () => {
    const { status } = await patch({ changes: [{ path: 'ports.bus', rename: 'flow-bus' }] });
    expect(status).toBe(200);
    expect(Object.keys(store.value.ports)).toEqual(['flow-bus']);
    expect(store.value.instruments['nitrogen']?.port).toBe('flow-bus');
    expect(store.written['ports']).toEqual({
      'flow-bus': { serial: '/dev/ttyUSB0', protocol: 'propar', timeoutMs: 200 },
    });
    const none = await patch({ changes: [{ path: 'ports.nothing', rename: 'x' }] });
    expect(none.status).toBe(404);
  });

  test('keep a secret that was not shown, and tell it to nobody', async () => {
    const environment = { CAMERA_TOKEN: { redacted: true }, CAMERA_MODE: 'slow' };
    await patch({ changes: [{ path: 'workers.camera.environment', value: environment }] });
    expect(store.get('workers.camera.environment')).toEqual({
      CAMERA_TOKEN: 'hunter2',
      CAMERA_MODE: 'slow',
    });
    const other = { path: 'workers.camera.environment.CAMERA_TOKEN', value: 'hunter3' };
    const changed = await patch({ changes: [other] });
    const diff = await door.ask('GET', '/api/v1/config/diff?from=1&to=3');
    const { body } = await door.ask('GET', '/api/v1/config');
    for (const said of [changed.body, diff.body, body]) {
      expect(JSON.stringify(said)).not.toMatch(/hunter\d/);
    }
    const made = { path: 'gateway.name', value: { redacted: true } };
    expect((await patch({ changes: [made] })).body['error']).toMatchObject({
      code: 'VALUE_INVALID',
    });
  });

  test('can be compared, and rolled back as a new revision', async () => {
    await patch({ changes: [slower] });
    const { body: diff } = await door.ask('GET', '/api/v1/config/diff?from=1&to=2');
    expect(diff).toMatchObject({
      changes: [{ path: slower.path, before: 200, after: 500 }],
      text: expect.stringContaining('\n-timeoutMs = 200\n+timeoutMs = 500\n') as string,
    });
    const back = await door.ask('POST', '/api/v1/config/rollback', {
      revision: 1,
      expectedRevision: 2,
    });
    expect(back.body).toMatchObject({
      revision: 3,
      before: 2,
      changes: [{ path: slower.path, before: 500, after: 200 }],
      pendingRestart: [],
    });
    expect(await readFile(file, 'utf8')).toBe(text);
    const late = { revision: 1, expectedRevision: 2 };
    expect((await door.ask('POST', '/api/v1/config/rollback', late)).status).toBe(409);
    expect((await door.ask('POST', '/api/v1/config/rollback', { revision: 99 })).status).toBe(404);
    const { backups } = (await door.ask('GET', '/api/v1/config/backups')).body as {
      backups: { revision: number }[];
    };
    const [oldest] = backups.slice(-1);
    const restored = await door.ask('POST', '/api/v1/config/restore', {
      revision: oldest?.revision,
    });
    expect(restored.status).toBe(200);
    expect((await door.ask('POST', '/api/v1/config/restore', { revision: 99 })).status).toBe(404);
  });

  test('tell every client that they have changed', async () => {
    const events = await fetch(`${door.url}/api/v1/events`);
    const reader = events.body?.getReader();
    const socket = new WebSocket(`${door.url.replace('http', 'ws')}/api/v1/live`);
    const messages: string[] = [];
    socket.addEventListener('message', ({ data }) => messages.push(String(data)));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send(JSON.stringify({ id: 1, type: 'subscribe', topics: ['config'] }));
    await expect.poll(() => messages).toHaveLength(1);
    await patch({ changes: [slower], why: 'a slow bus' });
    let said = '';
    while (!said.includes('event: config')) {
      said += new TextDecoder().decode((await reader?.read())?.value);
    }
    expect(said).toMatch(
      /event: config\ndata: .*"revision":2,.*"why":"a slow bus","keys":\["ports/,
    );
    await expect
      .poll(() => messages.join())
      .toMatch(/"type":"update","topic":"config","sequence":1,.*"revision":2/);
    socket.close();
    await reader?.cancel();
  });

  test('are not there in a gateway without a file', async () => {
    await using other = await openDoor();
    expect((await other.ask('GET', '/api/v1/config')).body['error']).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('thread safety, in the words of SpotiPi', () => {
  test('has the fields of its status', async () => {
    await patch({ changes: [slower] });
    const { body, headers } = await door.ask('GET', '/api/thread-safety/status');
    expect(body).toMatchObject({
      success: true,
      request_id: headers.get('x-request-id'),
      timestamp: headers.get('x-response-timestamp'),
      thread_safety_stats: {
        current_thread: 'main',
        active_threads: 1,
        cache_valid: true,
        cache_age_seconds: expect.any(Number) as number,
        transaction_history_count: 2,
        change_listeners_count: 1,
        has_thread_local_cache: true,
        revision: 2,
      },
    });
    expect(body['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test('counts what was asked for, and how often a file had to be read for it', async () => {
    interface Answer {
      readonly config_reads: {
        total: number;
        from_memory: number;
        from_files: number;
        hit_rate: number;
      };
    }
    const reads = async (): Promise<Answer['config_reads']> => {
      const { body } = await door.ask('GET', '/api/thread-safety/status');
      return (body['thread_safety_stats'] as Answer).config_reads;
    };
    const before = await reads();
    for (let asked = 0; asked < 9; asked += 1) await door.ask('GET', '/api/v1/config');
    await patch({ changes: [slower] });
    const between = await reads();
    expect(between.from_files).toBe(before.from_files);
    expect(between.from_memory).toBeGreaterThanOrEqual(before.from_memory + 9);
    await writeFile(file, text.replace('timeoutMs = 200', 'timeoutMs = 202'));
    await expect.poll(() => store.get(slower.path)).toBe(202);
    const after = await reads();
    expect(after.from_files).toBeGreaterThan(between.from_files);
    expect(after.hit_rate).toBeCloseTo(after.from_memory / after.total, 6);
  });

  test('reads the file again when its caches are cleared', async () => {
    await writeFile(file, text.replace('timeoutMs = 200', 'timeoutMs = 201'));
    const { body } = await door.ask('POST', '/api/thread-safety/invalidate-cache', {});
    expect(body).toMatchObject({ success: true, message: expect.any(String) as string });
    expect(store.get(slower.path)).toBe(201);
  });
});
