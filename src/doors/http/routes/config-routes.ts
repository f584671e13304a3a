import { createHash } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { describeOwner, given, SignalboxError } from '../../../kernel/index.ts';
import type { Owner } from '../../../kernel/index.ts';
import type {
  ChangeOptions,
  Config,
  SettingChange,
  Settings,
  SettingsCommit,
} from '../../../config/index.ts';
import { failures, inAConfiguration } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const historyMost = 1_000;
const changesMost = 1_000;
const partsMost = 32;
const pathCharactersMost = 1_000;
const notModified = 304;
/** Of a digest that tells two answers apart. */
const digestLength = 16;

/** The settings of the gateway: what they are, what they may be, changing them, and the way back. */
export function configRoutes(server: HttpServer, context: RouteContext): void {
  const { callers } = context;
  const tags = ['config'];
  const settings = (): Settings<Config> => {
    const found = context.services.settings;
    if (found !== undefined) return found;
    throw new SignalboxError('NOT_FOUND', 'this gateway has no file with settings');
  };

  const show = {
    summary: 'All settings, where each comes from, and what holds only after a restart',
    description:
      'Secrets are left out: `{"redacted": true}` stands in their place, and keeps them when it is sent ' +
      'back. The ETag begins with the revision and goes for the whole answer: `If-None-Match` is answered ' +
      'with 304 while nothing of it is other; in `If-Match` of a change the revision counts.',
    tags,
    response: { 200: answer('The settings', report), 304: unchanged, ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/config', { schema: show }, async (request, reply) => {
    const shown = settings().report();
    const digest = createHash('sha256').update(JSON.stringify(shown)).digest('base64url');
    const etag = `"${shown.revision}-${digest.slice(0, digestLength)}"`;
    void reply.header('etag', etag).header('cache-control', 'no-cache');
    if (request.headers['if-none-match'] === etag) return await reply.code(notModified).send();
    return shown;
  });

  const schemaOf = {
    summary: 'What settings may be, as JSON Schema: for forms',
    tags,
    response: { 200: answer('JSON Schema, draft 2020-12'), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/config/schema', { schema: schemaOf }, () => settings().schema);

  const keysOf = {
    summary: 'What settings may be directly below a path, and those that are there: for completion',
    tags,
    querystring: z.object({ below: z.string().max(pathCharactersMost).default('') }),
    response: {
      200: answer('The settings', z.object({ keys: z.array(settingKey) })),
      ...failures('NOT_FOUND', 'BAD_ARGUMENT'),
    },
  };
  server.get('/api/v1/config/keys', { schema: keysOf }, ({ query }) => ({
    keys: settings().keys(query.below),
  }));

  const change = {
    summary: 'Changes any number of settings: all of them, or none',
    description:
      'Each change has a `path` and a `value`, or `delete` for the default, or `rename` for another name ' +
      'of a table, which its references follow. With `expectedRevision`, or the ETag in `If-Match`, it is ' +
      'refused with CONFIG_CONFLICT where somebody else was faster; the details say who, when and which ' +
      'keys.',
    tags,
    headers: z.looseObject({ 'if-match': z.string().max(80).optional() }),
    body: z.strictObject({
      changes: z.array(settingChange).min(1).max(changesMost),
      ...wish,
    }),
    response: { 200: answer('What was changed', commit), ...failures(...inAConfiguration) },
  };
  server.patch('/api/v1/config', { schema: change }, async (request, reply) => {
    const options = optionsOf(request, reply, request.body);
    const done = await settings().change(request.body.changes, options);
    void reply.header('etag', etagOf(done.revision));
    return await applied(done);
  });

  const revisions = {
    summary: 'What was changed, by whom and why, the newest first',
    tags,
    querystring: z.object({
      limit: z.coerce.number().int().min(1).max(historyMost).default(100),
      before: z.coerce.number().int().min(1).optional().describe('Only revisions below this one'),
    }),
    response: {
      200: answer('The revisions', z.object({ revisions: z.array(revision) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/config/history', { schema: revisions }, async ({ query }) => ({
    revisions: await settings().history(given(query)),
  }));

  const differences = {
    summary: 'What differs between two revisions, by value and as `diff -u` shows it',
    tags,
    querystring: z.object({ from: revisionQuery, to: revisionQuery }),
    response: {
      200: answer('What differs', z.object({ changes: z.array(difference), text: z.string() })),
      ...failures('NOT_FOUND', 'CONFIG_UNREADABLE'),
    },
  };
  server.get('/api/v1/config/diff', { schema: differences }, async ({ query }) => {
    return await settings().diff(query.from, query.to);
  });

  const back = {
    summary: 'Makes all settings what they were at a revision, as a new revision',
    tags,
    headers: z.looseObject({ 'if-match': z.string().max(80).optional() }),
    body: z.strictObject({ revision: z.number().int().min(1), ...wish }),
    response: { 200: answer('What was changed', commit), ...failures(...inAConfiguration) },
  };
  const rollBack = async (
    request: FastifyRequest & { body: z.output<typeof back.body> },
    reply: FastifyReply,
    why: string,
  ): Promise<unknown> => {
    const options = { why, ...optionsOf(request, reply, request.body) };
    const done = await settings().rollback(request.body.revision, options);
    void reply.header('etag', etagOf(done.revision));
    return await applied(done);
  };
  server.post('/api/v1/config/rollback', { schema: back }, async (request, reply) => {
    return await rollBack(request, reply, `rollback to ${request.body.revision}`);
  });

  const copies = {
    summary: 'The copies that are kept, the newest first',
    tags,
    response: {
      200: answer('The copies', z.object({ backups: z.array(backup) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/config/backups', { schema: copies }, async () => ({
    backups: await settings().backups(),
  }));

  const restore = { ...back, summary: 'Puts a copy back, as a new revision' };
  server.post('/api/v1/config/restore', { schema: restore }, async (request, reply) => {
    const { revision: wanted } = request.body;
    const kept = await settings().backups();
    if (!kept.some((each) => each.revision === wanted)) {
      throw new SignalboxError('NOT_FOUND', `there is no copy of revision ${wanted}`, {
        nextStep: 'See which there are with `signalbox config restore`.',
        details: { kept: kept.map((each) => each.revision) },
      });
    }
    return await rollBack(request, reply, `restored the copy of ${wanted}`);
  });

  /** Who asks next finds what was changed: a new instrument is there. */
  async function applied(done: SettingsCommit): Promise<SettingsCommit> {
    if (done.dryRun) return done;
    await context.services.applied?.();
    return { ...done, pendingRestart: settings().pendingRestart };
  }

  function optionsOf(
    request: FastifyRequest,
    reply: FastifyReply,
    body: Readonly<Partial<Record<'why' | 'expectedRevision' | 'dryRun', unknown>>>,
  ): ChangeOptions {
    const { by, signal } = callers.of(request, reply);
    const { why, dryRun, expectedRevision = matched(request.headers['if-match']) } = body;
    return { by: nameOf(by), signal, ...(given({ why, dryRun, expectedRevision }) as object) };
  }
}

/** A person where one is known, and the program that was used: as the history keeps it. */
function nameOf(by: Owner): string {
  return by.user === undefined ? describeOwner(by) : `${by.user} with ${by.program}`;
}

function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** The revision that a request names. @throws BAD_ARGUMENT */
function matched(header: unknown): number | undefined {
  if (typeof header !== 'string' || header === '*') return undefined;
  const digits = /^"(\d{1,15})(?:-[\w-]{1,43})?"$/.exec(header)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new SignalboxError('BAD_ARGUMENT', `If-Match has no ETag of the settings: ${header}`);
}

const revisionQuery = z.coerce.number().int().min(1);

const path = z
  .union([
    z.string().min(1).max(pathCharactersMost),
    z.array(z.coerce.string().max(200)).min(1).max(partsMost),
  ])
  .describe('`ports.bus.baudRate`, or its parts in a list');

/** Exactly one of value, delete and rename. */
const settingChange: z.ZodType<SettingChange> = z.union([
  z.strictObject({ path, value: z.json() }),
  z.strictObject({ path, delete: z.literal(true) }),
  z.strictObject({ path, rename: z.string().min(1).max(200) }),
]);

const wish = {
  why: z.string().max(500).optional().describe('For the history'),
  expectedRevision: z.number().int().min(1).optional(),
  dryRun: z.boolean().optional().describe('Only says what it would change, and whether it is good'),
};

const unchanged = z.void().describe('They are what the ETag says');

const settingKey = z.object({
  path: z.string(),
  isTable: z.boolean().describe('Whether more of them may be below it'),
});

const difference = z.object({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

const commit = z.object({
  revision: z.number(),
  before: z.number().describe('To which a rollback leads back'),
  changes: z.array(difference),
  pendingRestart: z.array(z.string()),
  dryRun: z.boolean(),
});

const revision = z.object({
  revision: z.number(),
  at: z.number(),
  by: z.string(),
  why: z.string().optional(),
  keys: z.array(z.string()),
  isKept: z.boolean(),
});

const backup = z.object({ revision: z.number(), at: z.number() });

const report = z.looseObject({
  file: z.string(),
  revision: z.number(),
  values: z.looseObject({}),
  written: z.looseObject({}),
  origins: z.record(
    z.string(),
    z.looseObject({
      kind: z.enum(['include', 'main', 'overlay', 'default']),
      file: z.string().optional(),
      line: z.number().optional(),
    }),
  ),
  pendingRestart: z.array(z.string()),
  readOnly: z.string().optional(),
  notices: z.array(z.looseObject({ message: z.string() })),
});
