import { z } from 'zod';
import { milliseconds, path, table } from './fields.ts';

/** What is recorded, where to, and for how long it is kept. Without it nothing is. */
export interface RecorderConfig {
  readonly enabled: boolean;
  readonly database: 'sqlite' | 'postgres';
  /** Of the database, where it is a file. @default `history.sqlite` in the state folder */
  readonly file?: string | undefined;
  /** The environment variable that holds the URL of the server. */
  readonly urlVariable?: string | undefined;
  /** The file that holds it. */
  readonly urlFile?: string | undefined;
  /** So many connections to the server at most. */
  readonly connections: number;
  /** `nitrogen.fMeasure`, `nitrogen.*`, `*.voltage`. */
  readonly record: readonly string[];
  readonly exclude: readonly string[];
  /** A value waits so long at most before it is written. */
  readonly batchMs: number;
  readonly rawDays: number;
  readonly minuteDays: number;
  readonly hourDays: number;
}

const minuteMs = 60_000;
const daysMost = 36_500;
const connectionsMost = 64;
const patternsMost = 1_000;

const pattern = z
  .string()
  .regex(/^[\w*-]+\.[\w*-]+$/, 'INSTRUMENT.PARAMETER, with * for any characters of a name');

const days = z.number().min(1).max(daysMost);

export const recorderSchema: z.ZodType<RecorderConfig> = table({
  enabled: z.boolean().default(true),
  database: z.enum(['sqlite', 'postgres']).default('sqlite'),
  file: path.optional(),
  urlVariable: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
    .optional(),
  urlFile: path.optional(),
  connections: z.number().int().min(2).max(connectionsMost).default(4),
  record: z.array(pattern).max(patternsMost).default(['*.*']),
  exclude: z.array(pattern).max(patternsMost).default([]),
  batchMs: milliseconds(minuteMs).default(1_000),
  rawDays: days.default(7),
  minuteDays: days.default(90),
  hourDays: days.default(3_650),
}).superRefine((recorder, context) => {
  const { database, file, urlVariable, urlFile, rawDays, minuteDays, hourDays } = recorder;
  const problem = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (database === 'postgres') {
    if (file !== undefined) problem('file', 'is for database = "sqlite"');
    if ((urlVariable === undefined) === (urlFile === undefined)) {
      problem('database', 'a server needs its URL: name a urlVariable or a urlFile that holds it');
    }
  } else {
    if (urlVariable !== undefined) problem('urlVariable', 'is for database = "postgres"');
    if (urlFile !== undefined) problem('urlFile', 'is for database = "postgres"');
  }
  if (minuteDays < rawDays) problem('minuteDays', `must not be below rawDays, which is ${rawDays}`);
  if (hourDays < minuteDays) {
    problem('hourDays', `must not be below minuteDays, which is ${minuteDays}`);
  }
});
