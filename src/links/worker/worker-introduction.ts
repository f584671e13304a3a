import { SignalboxError } from '../../kernel/index.ts';

/** The version of the worker protocol that is spoken. */
export const workerProtocol = 1;
/** A worker may name so many functions. */
export const workerFunctionsMost = 4_096;

/** A function of a worker, as the worker tells of it. */
export interface WorkerFunctionFacts {
  readonly name: string;
  /** What it does. */
  readonly doc?: string;
  /** What it takes; as the worker describes it. */
  readonly parameters?: unknown;
  /** Calls of functions of one group run one after the other. */
  readonly group?: string;
}

/** What a worker says of itself when it is ready. */
export interface WorkerIntroduction {
  readonly name: string;
  readonly version?: string;
  readonly functions: readonly WorkerFunctionFacts[];
}

/**
 * Reads what `$/ready` says.
 * @throws WORKER_PROTOCOL for another version of the protocol, or none
 */
export function readIntroduction(params: unknown, worker: string): WorkerIntroduction {
  const { protocol, name, version, functions } = fields(params);
  if (protocol !== workerProtocol) {
    const text = `${worker} speaks version ${JSON.stringify(protocol)} of the worker protocol; this is version ${workerProtocol}`;
    throw new SignalboxError('WORKER_PROTOCOL', text);
  }
  const list = Array.isArray(functions) ? (functions as readonly unknown[]) : [];
  if (list.length > workerFunctionsMost) {
    const text = `${worker} names ${list.length} functions; ${workerFunctionsMost} are the most`;
    throw new SignalboxError('WORKER_PROTOCOL', text);
  }
  return {
    name: typeof name === 'string' ? name : worker,
    ...(typeof version === 'string' ? { version } : {}),
    functions: list.map(readFunction).filter((each) => each !== undefined),
  };
}

function readFunction(value: unknown): WorkerFunctionFacts | undefined {
  const { name, doc, parameters, group } = fields(value);
  if (typeof name !== 'string') return undefined;
  return {
    name,
    ...(typeof doc === 'string' ? { doc } : {}),
    ...(parameters === undefined ? {} : { parameters }),
    ...(typeof group === 'string' ? { group } : {}),
  };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
