import { Readable } from 'node:stream';
import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import {
  exportFormats,
  exportHistory,
  pointsMost,
  resolutions,
  seriesMost,
} from '../../../telemetry/index.ts';
import type { HistoryReader, SeriesName } from '../../../telemetry/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

/** So long ago history begins unless a request says otherwise, in ms. */
const defaultRangeMs = 3_600_000;
const defaultPoints = 1_000;
/** The last ms that a date can have (ECMAScript, time values). */
const timeMost = 8_640_000_000_000_000;

const time = z.coerce.number().int().min(0).max(timeMost);

const seriesList = z
  .string()
  .max(seriesMost * 130)
  .transform((text) => text.split(',').map(seriesName))
  .describe('`instrument.parameter`, several with commas between');

/** What may go wrong when a database is read. */
const readFailures = [
  'NOT_FOUND',
  'CANCELLED',
  'LEASE_LOST',
  'STATE_UNREADABLE',
  'DATABASE_BUSY',
  'DATABASE_FAILED',
  'DATABASE_UNREACHABLE',
] as const;

const seriesInfo = z.looseObject({
  instrument: z.string(),
  parameter: z.string(),
  unit: z.string().optional(),
  kind: z.enum(['number', 'boolean', 'text']),
  firstMs: z.number().optional(),
  lastMs: z.number().optional(),
});

const numberOrNone = z.array(z.number().nullable());
const seriesHistory = z.looseObject({
  instrument: z.string(),
  parameter: z.string(),
  unit: z.string().optional(),
  resolution: z.enum(resolutions),
  partMs: z
    .number()
    .optional()
    .describe('How long the part is that each point stands for; absent where each is one sample'),
  atMs: z.array(z.number()),
  mean: numberOrNone,
  minimum: numberOrNone,
  maximum: numberOrNone,
  last: z.array(z.union([z.number(), z.boolean(), z.string()])),
  count: z.array(z.number()),
});

/** What was recorded. */
export function historyRoutes(server: HttpServer, context: RouteContext): void {
  const { clock, callers } = context;
  const tags = ['history'];

  const list = {
    summary: 'What is recorded: each parameter with its unit and from when to when',
    tags,
    response: {
      200: answer('The series, by name', z.object({ series: z.array(seriesInfo) })),
      ...failures(...readFailures),
    },
  };
  server.get('/api/v1/history/series', { schema: list }, async (request, reply) => {
    const { signal } = callers.of(request, reply);
    return { series: await historyOf(context).series({ signal }) };
  });

  const show = {
    summary: 'Recorded values of some parameters, few enough for a plot',
    description:
      'Where there are more samples than `points`, several are put together: each point has their ' +
      'mean, minimum, maximum, last value and count, so that no peak is lost. What it was made of ' +
      'is `resolution`. `atMs` is when a sample was taken; of several, where their part of the time ' +
      'begins. Texts have a last value only; the mean of what is true or false is the share of true.',
    tags,
    querystring: z.object({
      series: seriesList,
      from: time.optional().describe('ms since 1970; an hour before `to` unless given'),
      to: time.optional().describe('Up to but without this, ms since 1970; now unless given'),
      points: z.coerce
        .number()
        .int()
        .min(1)
        .max(pointsMost)
        .default(defaultPoints)
        .describe('So many of each series at most'),
    }),
    response: {
      200: answer(
        'The series in the order asked for',
        z.object({ series: z.array(seriesHistory) }),
      ),
      ...failures(...readFailures),
    },
  };
  server.get('/api/v1/history', { schema: show }, async (request, reply) => {
    const { signal } = callers.of(request, reply);
    const { series, from, to = clock.now() + 1, points } = request.query;
    const query = { series, fromMs: from ?? Math.max(0, to - defaultRangeMs), toMs: to, points };
    return { series: await historyOf(context).query(query, { signal }) };
  });
}

/** Recorded values as a file, however many they are. */
export function historyExportRoute(server: HttpServer, context: RouteContext): void {
  const { clock, callers, streams } = context;
  const schema = {
    summary: 'Recorded values as a file: CSV, or a stream of Apache Arrow',
    description:
      'All rows of one series, oldest first, then those of the next. `raw` has each sample; `minute` ' +
      'and `hour` have count, mean, minimum, maximum and last. The header `signalbox-expected-bytes` ' +
      'says how long it will be, about, for who shows how far it is. It goes as fast as it is read.',
    tags: ['history'],
    querystring: z.object({
      series: seriesList,
      from: time.optional().describe('ms since 1970; what is oldest unless given'),
      to: time.optional().describe('Up to but without this, ms since 1970; now unless given'),
      format: z.enum(exportFormats).default('csv'),
      resolution: z.enum(resolutions).default('raw'),
    }),
    response: {
      200: z.string().describe('text/csv, or application/vnd.apache.arrow.stream'),
      ...failures(...readFailures),
    },
  };
  server.get('/api/v1/history/export', { schema }, async (request, reply) => {
    const { series, from = 0, to = clock.now() + 1, format, resolution } = request.query;
    const reader = historyOf(context);
    const { signal } = callers.of(request, reply);
    const closed = new AbortController();
    const place = streams.add(() => closed.abort());
    reply.raw.once('close', () => place[Symbol.dispose]());
    const running = await exportHistory(
      reader,
      { series, fromMs: from, toMs: to, resolution },
      format,
      { signal: AbortSignal.any([signal, closed.signal]) },
    );
    const { contentType, expectedBytes, chunks } = running;
    void reply.header('content-type', contentType);
    void reply.header('content-disposition', `attachment; filename="history.${format}"`);
    if (expectedBytes !== undefined) {
      void reply.header('signalbox-expected-bytes', String(expectedBytes));
    }
    return await reply.send(Readable.from(chunks, { objectMode: false }));
  });
}

/** @throws NOT_FOUND where nothing is recorded */
function historyOf({ services }: RouteContext): HistoryReader {
  if (services.history !== undefined) return services.history;
  throw new SignalboxError('NOT_FOUND', 'this gateway records nothing', {
    nextStep: 'Add a table [recorder] to its configuration, and poll what is to be recorded.',
  });
}

/** @throws BAD_ARGUMENT */
function seriesName(text: string): SeriesName {
  const [, instrument, parameter] = /^([^.]+)\.(.+)$/.exec(text.trim()) ?? [];
  if (instrument !== undefined && parameter !== undefined) return { instrument, parameter };
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `a series is named instrument.parameter, not '${text.slice(0, 100)}'`,
  );
}
