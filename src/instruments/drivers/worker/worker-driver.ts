import { given, SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { LinkAbilities, Transaction } from '../../../ports/index.ts';
import { checkChoice, checkLimits, checkReadable, checkWritable } from '../../check-value.ts';
import type { Driver, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { valueOfResult } from './value-of-result.ts';

/** How long a function may take unless it is told otherwise, in ms. */
export const workerTimeoutMs = 5_000;
/** The name of a function may have so many characters. */
export const functionNameMost = 200;
/** So much of a call is kept in the trace, in characters. */
const tracedMost = 256;

/** One parameter: the functions that read and write it. */
export interface WorkerParameter {
  readonly name: string;
  readonly title?: string | undefined;
  /** The function that reads it, and changes nothing: it may be asked again. Absent: it cannot be read. */
  readonly read?: string | undefined;
  /** The function that writes it. Absent: it cannot be written. */
  readonly write?: string | undefined;
  /** Given with both. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
  /** Under which name the value is given to the function that writes. @default 'value' */
  readonly valueArgument?: string | undefined;
  /** Where the result is an object: the member that is the value. */
  readonly field?: string | undefined;
  readonly type: 'integer' | 'float' | 'string' | 'boolean';
  readonly unit?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** The only texts that it takes. */
  readonly choices?: readonly string[] | undefined;
}

export interface WorkerDriverOptions {
  readonly parameters: readonly WorkerParameter[];
  /**
   * The functions that may be called by name: names, or what names begin with and `*`. Where a worker
   * has several instruments, this keeps each to its own, and so a lease of one from calls of others.
   * @default all
   */
  readonly functions?: readonly string[];
  /** @default {@link workerTimeoutMs} */
  readonly timeoutMs?: number;
}

/** Turns parameters, and free calls, into calls of functions of a worker. */
export class WorkerDriver implements Driver {
  readonly family = 'worker';
  readonly parameters: readonly Parameter[];
  readonly actions: Driver['actions'] = [];
  readonly #declared: ReadonlyMap<string, WorkerParameter>;
  readonly #reading: ReadonlySet<string>;
  readonly #functions: readonly string[] | undefined;
  readonly #timeoutMs: number;

  constructor({ parameters, functions, timeoutMs = workerTimeoutMs }: WorkerDriverOptions) {
    this.#functions = functions;
    this.#declared = new Map(parameters.map((each) => [each.name, each]));
    this.#reading = new Set(parameters.flatMap(({ read }) => (read === undefined ? [] : [read])));
    this.parameters = parameters.map(toParameter);
    this.#timeoutMs = timeoutMs;
  }

  parameter(nameOrNumber: string | number): Parameter | undefined {
    return this.parameters.find(({ name }) => name === nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    checkReadable(parameter);
    const declared = this.#declared.get(parameter.name);
    const method = declared?.read ?? '';
    const params = declared?.arguments ?? {};
    const call = this.#operation(`read ${parameter.name}`, 'safe', method, params);
    // Parameters that are members of one result are read by one call.
    const merge = { key: `${method} ${JSON.stringify(params)}` };
    return mapTransaction({ ...call, merge }, (result) =>
      valueOfResult(parameter, result, declared?.field),
    );
  }

  write(parameter: Parameter, value: Value): Transaction<void> {
    checkWritable(parameter);
    checkLimits(parameter, value);
    const declared = this.#declared.get(parameter.name);
    checkChoice(parameter, value, declared?.choices);
    const { write = '', arguments: always = {}, valueArgument = 'value' } = declared ?? {};
    const params = { ...always, [valueArgument]: value };
    const call = this.#operation(`write ${parameter.name}`, 'never', write, params);
    return mapTransaction(call, () => undefined);
  }

  call(method: string, params: unknown, signal?: AbortSignal): Transaction<unknown> {
    // Names that begin so are of the protocol itself.
    if (method === '' || method.length > functionNameMost || method.startsWith('$')) {
      const text = `'${method.slice(0, 40)}' is no name of a function: 1 to ${functionNameMost} characters, the first of them no $`;
      throw new SignalboxError('BAD_ARGUMENT', text);
    }
    if (!this.offers(method)) {
      const text = `'${method}' is no function of this instrument; it has ${this.#functions?.join(', ')}`;
      const nextStep = 'See what can be called with `signalbox call INSTRUMENT`.';
      throw new SignalboxError('NOT_FOUND', text, { nextStep });
    }
    return this.#operation(`call ${method}`, 'never', method, params, signal);
  }

  offers(method: string): boolean {
    return (
      this.#functions?.some((each) =>
        each.endsWith('*') ? method.startsWith(each.slice(0, -1)) : method === each,
      ) ?? true
    );
  }

  isReading(method: string): boolean {
    return this.#reading.has(method);
  }

  identify(): Transaction<Identity> {
    const operate = async (link: LinkAbilities): Promise<Identity> => {
      const { name, version } = await (link.introduction?.() ?? Promise.reject(noWorker()));
      const text = version === undefined ? name : `${name} ${version}`;
      return { text, model: name, ...given({ firmware: version }) };
    };
    return {
      label: 'identify the worker',
      timeoutMs: this.#timeoutMs,
      repeat: 'safe',
      attempt: () => ({ request: new Uint8Array(), operate }),
    };
  }

  /** @param signal of a caller who may give up: the worker is told */
  #operation(
    label: string,
    repeat: Transaction<unknown>['repeat'],
    method: string,
    params: unknown,
    signal?: AbortSignal,
  ): Transaction<unknown> {
    return {
      label,
      timeoutMs: this.#timeoutMs,
      repeat,
      attempt: () => ({
        // For the trace: no bytes of it are sent.
        request: new TextEncoder().encode(traced(method, params)),
        operate: (link, life) => {
          const either = signal === undefined ? life : AbortSignal.any([life, signal]);
          return link.call?.(method, params, either) ?? Promise.reject(noWorker());
        },
      }),
    };
  }
}

function traced(method: string, params: unknown): string {
  const text = `${method} ${JSON.stringify(params) ?? ''}`;
  return text.length <= tracedMost ? text : `${text.slice(0, tracedMost)}…`;
}

function noWorker(): SignalboxError {
  return new SignalboxError('INSTRUMENT_ERROR', 'the link of this instrument leads to no worker');
}

function toParameter(declared: WorkerParameter): Parameter {
  const { name, title = name, read, write, type, unit, minimum, maximum, choices } = declared;
  const access = read === undefined ? 'write' : write === undefined ? 'read' : 'read-write';
  return { name, title, type, access, ...given({ unit, minimum, maximum, texts: choices }) };
}
