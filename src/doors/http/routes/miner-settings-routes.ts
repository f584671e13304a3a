import { z } from 'zod';

import type { Config, SettingChange } from '../../../config/index.ts';
import { SignalboxError } from '../../../kernel/index.ts';
import { failures, inAConfiguration } from '../failures.ts';
import type { MinerDesk } from '../miners/miner-desk.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const msPerSecond = 1_000;
const alertsMost = 100;

const own = z.strictObject({
  polling_interval: z.number().int().min(5).max(3_600).optional().describe('s'),
  data_retention_days: z.number().int().min(1).max(365).optional().describe('At full resolution'),
  refresh_interval: z.number().int().min(1).max(300).optional().describe('s, of pages'),
});

const advanced = z.strictObject({
  connection_timeout: z.number().int().min(1).max(60).optional().describe('s, of all miners'),
  retry_attempts: z.number().int().min(0).max(10).optional(),
});

/** Settings of all miners, by the names and ranges of the solo miner monitor. They are those of the configuration. */
export function minerSettingsRoutes(
  server: HttpServer,
  context: RouteContext,
  desk: MinerDesk,
): void {
  const { callers, services } = context;
  const tags = ['miners'];
  const config = (): Config => desk.settings().store.value;

  const show = {
    summary: 'How miners are watched',
    tags,
    response: { 200: answer('The settings', own.loose()), ...failures('NOT_FOUND') },
  };
  server.get('/api/settings', { schema: show }, () => ownOf(config()));

  const change = {
    summary: 'Changes how miners are watched: those that there are, and those to come',
    tags,
    body: own,
    response: { 200: answer('The settings', own.loose()), ...failures(...inAConfiguration) },
  };
  server.put('/api/settings', { schema: change }, async (request, reply) => {
    const {
      polling_interval: polling,
      data_retention_days: days,
      refresh_interval: refresh,
    } = request.body;
    const changes: SettingChange[] = [];
    if (polling !== undefined) {
      const everyMs = polling * msPerSecond;
      changes.push({ path: ['miners', 'everyMs'], value: everyMs });
      for (const { name } of desk.instruments) {
        changes.push({ path: ['instruments', name, 'poll', 'everyMs'], value: everyMs });
      }
    }
    if (refresh !== undefined) {
      changes.push({ path: ['miners', 'refreshMs'], value: refresh * msPerSecond });
    }
    if (days !== undefined) {
      if (config().recorder === undefined) {
        throw new SignalboxError('BAD_ARGUMENT', 'nothing is recorded here, so nothing is kept', {
          details: { setting: 'data_retention_days' },
          nextStep: 'Add [recorder] to the configuration.',
        });
      }
      changes.push({ path: ['recorder', 'rawDays'], value: days });
    }
    const call = callers.of(request, reply);
    if (changes.length > 0) await desk.change(changes, call, 'settings of miners');
    return ownOf(config());
  });

  const rules = z.record(z.string(), z.looseObject({}));
  const showAlerts = {
    summary: 'The rules of alerts, by name',
    tags,
    response: { 200: answer('The rules', z.object({ alerts: rules })), ...failures('NOT_FOUND') },
  };
  server.get('/api/settings/alerts', { schema: showAlerts }, () => ({ alerts: config().alerts }));

  const changeAlerts = {
    summary: 'Sets rules of alerts, or takes them away with null; others stay',
    tags,
    body: z
      .record(
        z.string().regex(/^[A-Za-z][\w-]{0,63}$/),
        z.union([z.record(z.string(), z.json()), z.null()]),
      )
      .refine((body) => Object.keys(body).length <= alertsMost, `at most ${alertsMost} rules`),
    response: {
      200: answer('The rules', z.object({ alerts: rules })),
      ...failures(...inAConfiguration),
    },
  };
  server.put('/api/settings/alerts', { schema: changeAlerts }, async (request, reply) => {
    const changes = Object.entries(request.body).map(([name, rule]): SettingChange => {
      const path = ['alerts', name];
      return rule === null ? { path, delete: true } : { path, value: rule };
    });
    const call = callers.of(request, reply);
    if (changes.length > 0) await desk.change(changes, call, 'alerts of miners');
    return { alerts: config().alerts };
  });

  const showAdvanced = {
    summary: 'How long miners may take to answer, and how often they are asked again',
    tags,
    response: { 200: answer('The settings', advanced.loose()), ...failures('NOT_FOUND') },
  };
  server.get('/api/settings/advanced', { schema: showAdvanced }, () => advancedOf(config()));

  const changeAdvanced = {
    summary: 'Changes that, for all miners that there are',
    tags,
    body: advanced,
    response: { 200: answer('The settings', advanced.loose()), ...failures(...inAConfiguration) },
  };
  server.put('/api/settings/advanced', { schema: changeAdvanced }, async (request, reply) => {
    const { connection_timeout: timeout, retry_attempts: retries } = request.body;
    const ports = new Set(desk.instruments.map(({ port }) => port.name));
    const changes = [...ports].flatMap((port): SettingChange[] => [
      ...(timeout === undefined
        ? []
        : [{ path: ['ports', port, 'timeoutMs'], value: timeout * msPerSecond }]),
      ...(retries === undefined ? [] : [{ path: ['ports', port, 'retries'], value: retries }]),
    ]);
    const call = callers.of(request, reply);
    if (changes.length > 0) await desk.change(changes, call, 'settings of miners');
    return advancedOf(config());
  });

  const setup = {
    summary: 'Whether there is a miner yet',
    tags,
    response: {
      200: answer(
        'How far the setup is',
        z.object({
          setup_complete: z.boolean(),
          miner_count: z.number(),
          can_be_changed: z.boolean(),
          next_step: z.string().nullable(),
        }),
      ),
      ...failures(),
    },
  };
  server.get('/api/setup-status', { schema: setup }, () => {
    const count = desk.instruments.length;
    const { settings } = services;
    return {
      setup_complete: count > 0,
      miner_count: count,
      can_be_changed: settings !== undefined && settings.store.refusal === undefined,
      next_step: count > 0 ? null : 'Look for miners with POST /api/discovery, and add them.',
    };
  });

  function ownOf({ miners, recorder }: Config): object {
    return {
      polling_interval: miners.everyMs / msPerSecond,
      data_retention_days: recorder?.rawDays ?? null,
      refresh_interval: miners.refreshMs / msPerSecond,
    };
  }

  /** Of the first miner: all have the same unless somebody set one by itself. */
  function advancedOf({ ports }: Config): object {
    const [first] = desk.instruments;
    const port = first === undefined ? undefined : ports[first.port.name];
    return {
      connection_timeout: (port?.timeoutMs ?? 5_000) / msPerSecond,
      retry_attempts: port?.retries ?? 2,
    };
  }
}
