import { SignalboxError } from '../../../kernel/index.ts';
import { jsonRpcErrors } from '../../../protocols/index.ts';
import { RpcRefusal } from '../rpc/call-error.ts';
import type { RpcContext } from '../rpc/incoming-calls.ts';
import type { WorkerFunctionFacts } from '../worker-introduction.ts';
import { CallGroups } from './call-groups.ts';

/** What a function is given besides its parameters. */
export interface FunctionContext extends RpcContext {
  /** The name by which it was called. */
  readonly name: string;
}

/**
 * A function of a worker: takes the `params` of a call, gives a JSON value with typed arrays, or a
 * promise of one. What it throws is the caller's error.
 */
export type WorkerFunction = (params: never, context: FunctionContext) => unknown;

/** A function with what is told of it. */
export interface DescribedFunction {
  readonly run: WorkerFunction;
  readonly doc?: string;
  readonly parameters?: unknown;
}

interface Entry {
  readonly run: (params: unknown, context: FunctionContext) => unknown;
  readonly group: string | undefined;
}

/** The functions of a worker by their names, with who must not run beside whom. */
export class FunctionTable {
  readonly facts: readonly WorkerFunctionFacts[];
  readonly #entries = new Map<string, Entry>();
  readonly #groups = new CallGroups();

  /** @throws BAD_ARGUMENT for a group that names a function which there is not, or which has one */
  constructor(
    functions: Readonly<Record<string, WorkerFunction | DescribedFunction>>,
    groups: Readonly<Record<string, readonly string[]>> = {},
  ) {
    const groupOf = groupsByFunction(functions, groups);
    this.facts = Object.entries(functions).map(([name, value]) => {
      const described = typeof value === 'function' ? { run: value } : value;
      const { run, doc, parameters } = described;
      const group = groupOf.get(name);
      this.#entries.set(name, { run: run as Entry['run'], group });
      return {
        name,
        ...(doc === undefined ? {} : { doc }),
        ...(parameters === undefined ? {} : { parameters }),
        ...(group === undefined ? {} : { group }),
      };
    });
  }

  run(name: string, params: unknown, context: RpcContext): unknown {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const known = [...this.#entries.keys()].join(', ') || 'none';
      const text = `there is no function '${name}'; there are ${known}`;
      throw new RpcRefusal(jsonRpcErrors.noSuchFunction, text);
    }
    const { run, group } = entry;
    const own = new NamedContext(name, context);
    if (group === undefined) return run(params, own);
    return this.#groups.run(group, context.signal, () => run(params, own));
  }
}

class NamedContext implements FunctionContext {
  readonly name: string;
  readonly #context: RpcContext;

  constructor(name: string, context: RpcContext) {
    this.name = name;
    this.#context = context;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  progress(value: unknown): void {
    this.#context.progress(value);
  }
}

function groupsByFunction(
  functions: Readonly<Record<string, unknown>>,
  groups: Readonly<Record<string, readonly string[]>>,
): Map<string, string> {
  const groupOf = new Map<string, string>();
  for (const [group, names] of Object.entries(groups)) {
    for (const name of names) {
      if (!Object.hasOwn(functions, name)) {
        const text = `the group ${group} names ${name}, which is no function of this worker`;
        throw new SignalboxError('BAD_ARGUMENT', text);
      }
      if (groupOf.has(name)) {
        const text = `${name} is in the groups ${groupOf.get(name)} and ${group}; one is the most`;
        throw new SignalboxError('BAD_ARGUMENT', text);
      }
      groupOf.set(name, group);
    }
  }
  return groupOf;
}
