import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { failures } from '../failures.ts';
import { latestReport } from '../latest-report.ts';
import type { RouteContext } from '../route-context.ts';
import { instrumentOf } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { Telemetry } from '../services.ts';
import type { HttpServer } from '../zod-provider.ts';

/** The newest values of what is polled, without asking any instrument. */
export function valueRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, services } = context;
  const tags = ['values'];
  const telemetry = (): Telemetry => {
    if (services.telemetry !== undefined) return services.telemetry;
    throw new SignalboxError('NOT_FOUND', 'this gateway polls nothing');
  };

  const all = {
    summary: 'The newest values of all instruments that are polled',
    description:
      'No instrument is asked for them. `quality` is `good`, `stale` when a value should have been read ' +
      'again since, or `bad` when the last try failed; then `why` says what was wrong, and `value` is the ' +
      'last one that was read, if there is any. Bytes are left out.',
    tags,
    response: {
      200: answer('The values', z.object({ instruments: z.array(record) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/values', { schema: all }, () => ({
    instruments: telemetry().latest.all().map(latestReport),
  }));

  const one = {
    summary: 'The newest values of one instrument',
    tags,
    params: z.object({ name: z.string() }),
    response: { 200: answer('Its values', record), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/values/:name', { schema: one }, ({ params: { name } }) => {
    const found = telemetry().latest.get(name);
    if (found !== undefined) return latestReport(found);
    const instrument = instrumentOf(directory, name);
    throw new SignalboxError('NOT_FOUND', `nothing of ${instrument.name} is polled`, {
      nextStep: `Say what in instruments.${instrument.name}.poll, or read its parameters.`,
    });
  });

  const polls = {
    summary: 'What is polled, how often, and what it costs',
    tags,
    response: {
      200: answer('The polls', z.object({ polls: z.array(poll) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/polls', { schema: polls }, () => ({ polls: telemetry().polls() }));
}

const why = z.object({ code: z.string(), message: z.string() });

const record = z.object({
  instrument: z.string(),
  updatedMs: z.number().describe('Of the last change of any value, ms since 1970'),
  revision: z.number().describe('One more with each change'),
  values: z.record(
    z.string(),
    z.object({
      value: z.union([z.number(), z.string(), z.boolean(), z.null()]).optional(),
      unit: z.string().optional(),
      atMs: z.number().describe('When the value was read, ms since 1970; 0 when none ever was'),
      quality: z.enum(['good', 'stale', 'bad']),
      why: why.optional(),
    }),
  ),
});

const poll = z.object({
  instrument: z.string(),
  port: z.string(),
  parameters: z.array(z.string()),
  everyMs: z.number(),
  nowEveryMs: z.number().describe('Longer while nothing can be read'),
  polls: z.number(),
  missed: z.number().describe('That were due while the one before was not done'),
  failed: z.number(),
  meanMs: z.number().describe('What one takes'),
  share: z.number().describe('The part of the time that it is under way'),
  reason: why.optional(),
});
