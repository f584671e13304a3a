import { z } from 'zod';
import { path, table } from './fields.ts';

/** A library that runs in a process or thread of its own, and whose functions are called. */
export interface WorkerConfig {
  /** A program and its arguments; or `module`. */
  readonly command?: readonly string[] | undefined;
  /** A module for Node: JavaScript, or TypeScript that needs no more than its types taken out. */
  readonly module?: string | undefined;
  /** Where a module runs. */
  readonly isolation: 'process' | 'thread';
  readonly workingFolder?: string | undefined;
  /** Beside the environment of the gateway. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMostMib?: number | undefined;
  /** So many calls may be under way. */
  readonly callsMost?: number | undefined;
}

const mibMost = 1_048_576;
const callsLimit = 4_096;

export const workerSchema: z.ZodType<WorkerConfig> = table({
  command: z.array(z.string().min(1)).min(1).max(256).optional(),
  module: path.optional(),
  isolation: z.enum(['process', 'thread']).default('process'),
  workingFolder: path.optional(),
  environment: z
    .record(z.string().regex(/^[^=\0]+$/, 'the name of a variable'), z.string())
    .default({}),
  memoryMostMib: z.number().int().min(1).max(mibMost).optional(),
  callsMost: z.number().int().min(1).max(callsLimit).optional(),
}).superRefine((worker, context) => {
  const complain = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { command, module, isolation, workingFolder, environment } = worker;
  if ((command === undefined) === (module === undefined)) {
    context.addIssue({ code: 'custom', path: [], message: 'exactly one of command and module' });
  }
  if (isolation !== 'thread') return;
  if (command !== undefined)
    complain('isolation', 'a command is a process; a thread needs a module');
  if (workingFolder !== undefined)
    complain('workingFolder', 'is that of a process, not of a thread');
  if (Object.keys(environment).length > 0) {
    complain('environment', 'is that of a process; a thread has that of the gateway');
  }
});

/** One parameter of an instrument whose driver is a worker. */
export interface WorkerParameterConfig {
  readonly title?: string | undefined;
  /** The function that reads it; it changes nothing. */
  readonly read?: string | undefined;
  readonly write?: string | undefined;
  /** Given with both. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Under which name the value is given to `write`. */
  readonly valueArgument: string;
  /** The member of the result that is the value. */
  readonly field?: string | undefined;
  readonly type: 'integer' | 'float' | 'string' | 'boolean';
  readonly unit?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** The only texts that it takes. */
  readonly choices?: readonly string[] | undefined;
}

const functionName = z
  .string()
  .max(200)
  .regex(/^[^$]/, 'the name of a function; none begins with $');

/** Which functions of a worker belong to an instrument: names, or what names begin with and `*`. */
export const functionPatterns: z.ZodType<readonly string[]> = z
  .array(functionName.regex(/^[^*]*\*?$/, 'a name, or what names begin with and * at its end'))
  .min(1)
  .max(1_024);

export const workerParameter: z.ZodType<WorkerParameterConfig> = table({
  title: z.string().optional(),
  read: functionName.optional(),
  write: functionName.optional(),
  arguments: z.record(z.string().min(1), z.unknown()).default({}),
  valueArgument: z.string().min(1).default('value'),
  field: z.string().min(1).optional(),
  type: z.enum(['integer', 'float', 'string', 'boolean']).default('float'),
  unit: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  choices: z.array(z.string().min(1)).min(1).optional(),
})
  .refine(({ read, write }) => read !== undefined || write !== undefined, 'read, write or both')
  .refine(({ minimum = -Infinity, maximum = Infinity }) => minimum <= maximum, {
    path: ['minimum'],
    message: 'must not be above maximum',
  })
  .refine(({ arguments: given, valueArgument }) => !Object.hasOwn(given, valueArgument), {
    path: ['valueArgument'],
    message: 'is one of the arguments already',
  });
