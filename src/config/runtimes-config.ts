import { z } from 'zod';
import { SignalboxError } from '../kernel/index.ts';
import { problemsOf } from './describe-issue.ts';
import { name, table } from './fields.ts';

/** A driver of one's own that runs by itself. */
export interface ActorConfig {
  /** Unique in both runtimes. */
  readonly id: string;
  /** The path of its module, whose default export is the actor. */
  readonly module: string;
  /** How an isolated actor is kept apart: a process survives a crash of native code, and can be limited. */
  readonly isolation: 'thread' | 'process';
  /** How much memory an isolated actor may take, in MiB. @default no limit */
  readonly memoryMostMib?: number | undefined;
  /** Whatever the actor wants to know. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface RuntimeConfig {
  readonly enabled: boolean;
  readonly actors: readonly ActorConfig[];
}

/** The drivers that run in the event loop of the gateway, and those that run apart from it. */
export interface RuntimesConfig {
  readonly inline: RuntimeConfig;
  readonly isolated: RuntimeConfig;
}

/** The same as a program writes it: what has a default may be left out. */
export interface RuntimesInput {
  readonly inline?: RuntimeInput;
  readonly isolated?: RuntimeInput;
}

interface RuntimeInput {
  /** @default true */
  readonly enabled?: boolean;
  readonly actors?: readonly (Pick<ActorConfig, 'id' | 'module'> & Partial<ActorConfig>)[];
}

const actor: z.ZodType<ActorConfig> = table({
  id: name,
  module: z.string().min(1),
  isolation: z.enum(['thread', 'process']).default('process'),
  memoryMostMib: z.number().int().min(16).max(1_048_576).optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
});

const runtime: z.ZodType<RuntimeConfig> = table({
  enabled: z.boolean().default(true),
  actors: z.array(actor).max(1_024).default([]),
});

const off = { enabled: false, actors: [] };

export const runtimesSchema: z.ZodType<RuntimesConfig> = table({
  inline: runtime.default(off),
  isolated: runtime.default(off),
}).superRefine(({ inline, isolated }, context) => {
  if (!inline.enabled && !isolated.enabled) {
    const message = 'no runtime is enabled: inline, isolated or both have to be';
    context.addIssue({ code: 'custom', path: ['inline', 'enabled'], message });
  }
  const known = new Map<string, string>();
  for (const [kind, { actors }] of Object.entries({ inline, isolated })) {
    for (const [at, { id }] of actors.entries()) {
      const other = known.get(id);
      if (other !== undefined) {
        const message = `'${id}' is the id of an actor in ${other} already`;
        context.addIssue({ code: 'custom', path: [kind, 'actors', at, 'id'], message });
      }
      known.set(id, kind);
    }
  }
});

/**
 * Checks runtimes that a program has put together, as those of a file are checked.
 * @throws CONFIG_INVALID with all that is wrong: no runtime enabled, an id that two actors have
 */
export function checkedRuntimes(runtimes: RuntimesInput): RuntimesConfig {
  const result = runtimesSchema.safeParse(runtimes);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, runtimes));
  const list = problems.map(({ message }) => message).join('\n');
  throw new SignalboxError('CONFIG_INVALID', list, { details: { problems } });
}
