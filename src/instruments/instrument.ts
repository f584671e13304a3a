import {
  alike,
  asSignalboxError,
  didYouMean,
  hasCode,
  SignalboxError,
  systemClock,
} from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import { waitDefaultMs } from '../ports/index.ts';
import type { Lease, LeaseOptions, Port, TransactOptions, Transaction } from '../ports/index.ts';
import type { Driver, Identity } from './driver.ts';
import { KnownFacts } from './known-facts.ts';
import type { ManyReadings, Parameter, Reading, Value } from './parameter.ts';
import { runAction } from './run-action.ts';

export interface InstrumentOptions {
  readonly name: string;
  readonly title?: string;
  readonly driver: Driver;
  readonly port: Port;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** How one call is done. */
export interface CallOptions extends TransactOptions {
  /** A value at most so old will do. @default 0 */
  readonly maxAgeMs?: number;
  /** How long the instrument may take to answer. @default the driver's */
  readonly timeoutMs?: number;
}

/** How an action is done. */
export interface ActionOptions extends CallOptions {
  /** Told how far it is, from 0 to 1. */
  readonly progress?: (share: number, message: string) => void;
}

/** Who changed the settings of an instrument last. */
export interface LastChange {
  readonly by: Owner;
  /** `write setpoint`, `call calibrate`. */
  readonly what: string;
  /** When it was done, ms since 1970. */
  readonly atMs: number;
}

/** A named device, reached through a port, with typed parameters. */
export class Instrument {
  readonly name: string;
  readonly title: string;
  readonly driver: Driver;
  readonly port: Port;
  #identity: Identity | undefined;
  #lastChange: LastChange | undefined;
  readonly #clock: Clock;
  readonly #units: KnownFacts<string | undefined>;
  readonly #factors: KnownFacts<number>;
  /** By parameter. */
  #untoldErrors: Map<string, SignalboxError> | undefined;

  constructor(options: InstrumentOptions) {
    this.name = options.name;
    this.title = options.title ?? options.name;
    this.driver = options.driver;
    this.port = options.port;
    this.#clock = options.clock ?? systemClock;
    this.#units = new KnownFacts(this.#clock);
    this.#factors = new KnownFacts(this.#clock);
  }

  /** @throws NOT_FOUND, naming what is alike */
  parameter(nameOrNumber: string | number): Parameter {
    const found = this.driver.parameter(nameOrNumber);
    if (found !== undefined) return found;
    const wanted = String(nameOrNumber);
    const names = this.driver.parameters.map(({ name }) => name);
    throw new SignalboxError(
      'NOT_FOUND',
      `instrument ${this.name} has no parameter '${nameOrNumber}'${didYouMean(wanted, names)}`,
      {
        details: {
          instrument: this.name,
          parameter: nameOrNumber,
          alike: alike(wanted, names),
        },
      },
    );
  }

  /** @throws NOT_FOUND, WRITE_ONLY, and what the port throws */
  async read(
    nameOrNumber: string | number,
    by: Owner,
    options: CallOptions = {},
  ): Promise<Reading> {
    const parameter = this.parameter(nameOrNumber);
    return await this.#spanned('read', parameter.name, by, () =>
      this.#read(parameter, by, options),
    );
  }

  async #read(parameter: Parameter, by: Owner, options: CallOptions): Promise<Reading> {
    // Asked together, so that they share a message where the wire allows it.
    const [value, unit, factor] = await Promise.all([
      this.#call(this.driver.read(parameter), by, options),
      parameter.unit ?? this.#unitOf(parameter, by, options),
      this.#factorOf(parameter, by, options),
    ]);
    return {
      value: typeof value === 'number' ? value * factor : value,
      atMs: this.#clock.now(),
      ...(unit === undefined ? {} : { unit }),
    };
  }

  /**
   * Reads several parameters, together where the family or its wire can. One that cannot be read keeps
   * no other from being read.
   * @throws NOT_FOUND before anything is read
   */
  async readMany(
    names: readonly string[],
    by: Owner,
    options: CallOptions = {},
  ): Promise<ManyReadings> {
    const parameters = names.map((name) => this.parameter(name));
    const together = this.driver.readMany?.(parameters);
    const readings: Record<string, Reading> = {};
    const failures = new Map<string, SignalboxError>();
    if (together === undefined) {
      const results = await Promise.allSettled(
        parameters.map(({ name }) => this.read(name, by, options)),
      );
      // In their order, and not as they came.
      for (const [index, { name }] of parameters.entries()) {
        const result = results[index];
        if (result?.status === 'fulfilled') readings[name] = result.value;
        else failures.set(name, asSignalboxError(result?.reason));
      }
      return { readings, failures };
    }
    try {
      const values = await this.#spanned('read', names.join(' '), by, () =>
        this.#call(together, by, options),
      );
      const atMs = this.#clock.now();
      for (const { name, unit } of parameters) {
        const value = values[name];
        if (value === undefined) failures.set(name, this.#untold(name));
        else readings[name] = unit === undefined ? { value, atMs } : { value, unit, atMs };
      }
    } catch (error) {
      const failure = asSignalboxError(error);
      for (const { name } of parameters) failures.set(name, failure);
    }
    return { readings, failures };
  }

  /**
   * Writes a value that was found good before it goes on the wire.
   * @throws NOT_FOUND, READ_ONLY, SECURED, VALUE_INVALID, VALUE_OUT_OF_RANGE, OUTCOME_UNKNOWN, and
   *   what the port throws
   */
  async write(
    nameOrNumber: string | number,
    value: Value,
    by: Owner,
    options: CallOptions & { readonly unlock?: boolean } = {},
  ): Promise<void> {
    const parameter = this.parameter(nameOrNumber);
    await this.#spanned('write', parameter.name, by, async () => {
      await this.#write(parameter, value, by, options);
    });
  }

  async #write(
    parameter: Parameter,
    value: Value,
    by: Owner,
    options: CallOptions & { readonly unlock?: boolean },
  ): Promise<void> {
    const { unlock = false } = options;
    // Refused, when it has to be, before anything is asked of the instrument.
    const asItIs = this.driver.write(parameter, value, { unlock });
    const factor = await this.#factorOf(parameter, by, options);
    const transaction =
      factor === 1 || typeof value !== 'number'
        ? asItIs
        : this.driver.write(parameter, value / factor, { unlock });
    try {
      await this.#change(`write ${parameter.name}`, by, this.#call(transaction, by, options));
    } catch (error) {
      if (unlock) await this.#secure(by, options, error);
      throw error;
    } finally {
      this.#forget();
    }
  }

  /**
   * Sends a message in the instrument's own language and gives its response.
   * @throws BAD_ARGUMENT when the family has none, or the message is not answered
   */
  async query(message: string, by: Owner, options: CallOptions = {}): Promise<string> {
    const transaction = this.driver.query?.(message);
    if (transaction === undefined) throw this.#speechless();
    return await this.#spanned('query', undefined, by, () => this.#call(transaction, by, options));
  }

  /** The same without a response. */
  async send(message: string, by: Owner, options: CallOptions = {}): Promise<void> {
    const transaction = this.driver.send?.(message);
    if (transaction === undefined) throw this.#speechless();
    await this.#spanned('send', undefined, by, async () => {
      await this.#call(transaction, by, options);
    });
  }

  /**
   * Calls a function of the library that drives it, and gives its result: plain data and typed arrays.
   * It is never repeated; when the caller's signal aborts, the function is told.
   * @throws BAD_ARGUMENT when the family has none; NOT_FOUND, WORKER_FAILED, WORKER_BUSY,
   *   WORKER_UNAVAILABLE, OUTCOME_UNKNOWN, and what the port throws
   */
  async call(
    method: string,
    params: unknown,
    by: Owner,
    options: Omit<CallOptions, 'maxAgeMs'> = {},
  ): Promise<unknown> {
    const transaction = this.driver.call?.(method, params, options.signal);
    if (transaction === undefined) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `instrument ${this.name} (${this.driver.family}) has no functions; read and write its parameters`,
      );
    }
    const result = this.#spanned('call', method, by, () => this.#call(transaction, by, options));
    if (this.driver.isReading?.(method) === true) return await result;
    return await this.#change(`call ${method}`, by, result);
  }

  /** Who changed its settings last; undefined when nobody has since the start. */
  get lastChange(): LastChange | undefined {
    return this.#lastChange;
  }

  /** What it said of itself when somebody asked last; undefined when nobody has. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  async identify(by: Owner, options: CallOptions = {}): Promise<Identity> {
    this.#identity = await this.#spanned('identify', undefined, by, () =>
      this.#call(this.driver.identify(), by, options),
    );
    return this.#identity;
  }

  /** @throws NOT_FOUND for an action that the family has not; what the action throws */
  async run(
    action: string,
    values: Readonly<Record<string, Value>>,
    by: Owner,
    options: ActionOptions = {},
  ): Promise<Value | undefined> {
    const found = this.driver.actions.find(({ name }) => name === action);
    if (found === undefined) {
      const names = this.driver.actions.map(({ name }) => name).join(', ') || 'none';
      throw new SignalboxError(
        'NOT_FOUND',
        `instrument ${this.name} has no action '${action}'; it has ${names}`,
      );
    }
    const { progress, signal, ...call } = options;
    try {
      return await this.#spanned(
        'run',
        action,
        by,
        async () =>
          await runAction(found, values, {
            clock: this.#clock,
            signal,
            progress,
            call: async (transaction, lease, callSignal) =>
              await this.#call(transaction, by, {
                ...call,
                ...(lease === undefined ? {} : { lease }),
                ...(callSignal === undefined ? {} : { signal: callSignal }),
              }),
            hold: async (holdMs) =>
              call.lease === undefined ? await this.#hold(by, holdMs, options) : undefined,
          }),
      );
    } finally {
      this.#forget();
    }
  }

  /** Holds this instrument; the others on its port stay free. */
  async lease(options: Omit<LeaseOptions, 'scope'>): Promise<Lease> {
    const { scope } = this.driver;
    return await this.port.lease({ ...options, ...(scope === undefined ? {} : { scope }) });
  }

  /** In a span of its own, where what is asked is followed. */
  #spanned<Result>(
    operation: string,
    what: string | undefined,
    by: Owner,
    run: () => Promise<Result>,
  ): Promise<Result> {
    const { tracer } = this.port;
    if (tracer === undefined) return run();
    const name = `${operation} ${this.name}${what === undefined ? '' : ` ${what}`}`;
    const attributes = {
      'signalbox.instrument': this.name,
      'signalbox.driver': this.driver.family,
      'signalbox.port': this.port.name,
      'signalbox.operation': operation,
      [operation === 'read' || operation === 'write'
        ? 'signalbox.parameter'
        : 'signalbox.function']: what,
      'signalbox.owner.program': by.program,
      'signalbox.owner.door': by.door,
    };
    return tracer.within(name, attributes, run);
  }

  #call<Reply>(transaction: Transaction<Reply>, by: Owner, options: CallOptions): Promise<Reply> {
    const { maxAgeMs, timeoutMs, ...transact } = options;
    const own =
      maxAgeMs === undefined && timeoutMs === undefined
        ? transaction
        : {
            ...transaction,
            ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
            ...(timeoutMs === undefined ? {} : { timeoutMs }),
          };
    return this.port.transact(own, by, transact);
  }

  /** Notes who changes it, unless nothing came of it. */
  async #change<Reply>(what: string, by: Owner, done: Promise<Reply>): Promise<Reply> {
    const note = (): void => void (this.#lastChange = { by, what, atMs: this.#clock.now() });
    try {
      const reply = await done;
      note();
      return reply;
    } catch (error) {
      if (hasCode(error, 'OUTCOME_UNKNOWN', 'WORKER_FAILED')) note();
      throw error;
    }
  }

  async #unitOf(
    parameter: Parameter,
    by: Owner,
    options: CallOptions,
  ): Promise<string | undefined> {
    const transaction = this.driver.unitOf?.(parameter);
    if (transaction === undefined) return undefined;
    return await this.#units.get(transaction.label, async () => {
      try {
        return await this.#call(transaction, by, options);
      } catch (error) {
        // An instrument that knows of no unit still has a value.
        if (hasCode(error, 'INSTRUMENT_ERROR')) return undefined;
        throw error;
      }
    });
  }

  async #factorOf(parameter: Parameter, by: Owner, options: CallOptions): Promise<number> {
    const transaction = this.driver.factorOf?.(parameter);
    if (transaction === undefined) return 1;
    return await this.#factors.get(
      transaction.label,
      async () => await this.#call(transaction, by, options),
    );
  }

  /** After an unlocked write that failed: nobody knows how far the instrument got with it. */
  async #secure(by: Owner, options: CallOptions, failure: unknown): Promise<void> {
    const transaction = this.driver.secure?.();
    if (transaction === undefined) return;
    if (!hasCode(failure, 'INSTRUMENT_ERROR', 'SECURED', 'OUTCOME_UNKNOWN')) return;
    const { signal: _signal, ...rest } = options;
    try {
      await this.#call(transaction, by, rest);
    } catch (error) {
      throw new SignalboxError(
        'OUTCOME_UNKNOWN',
        `${this.name} may still be unlocked: a secured write failed, and so did securing it again`,
        { cause: new AggregateError([failure, error]) },
      );
    }
  }

  async #hold(by: Owner, holdMs: number, options: CallOptions): Promise<Lease> {
    const { signal, waitMs = waitDefaultMs } = options;
    return await this.lease({ by, holdMs, waitMs, ...(signal === undefined ? {} : { signal }) });
  }

  #forget(): void {
    this.#units.forget();
    this.#factors.forget();
  }

  /** Made once: a firmware that does not tell something does not tell it each time. */
  #untold(parameter: string): SignalboxError {
    const known = this.#untoldErrors?.get(parameter);
    if (known !== undefined) return known;
    const error = new SignalboxError(
      'INSTRUMENT_ERROR',
      `${this.name} answered without a value for ${parameter}`,
      {
        details: { isUntold: true },
        nextStep: 'Its firmware may not know it: read another one, or look for an update.',
      },
    );
    this.#untoldErrors ??= new Map();
    this.#untoldErrors.set(parameter, error);
    return error;
  }

  #speechless(): SignalboxError {
    return new SignalboxError(
      'BAD_ARGUMENT',
      `instrument ${this.name} (${this.driver.family}) takes no messages; read and write its parameters`,
    );
  }
}
