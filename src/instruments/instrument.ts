import { SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import type { Lease, LeaseOptions, Port, TransactOptions, Transaction } from '../ports/index.ts';
import type { Driver, Identity } from './driver.ts';
import type { Parameter, Reading, Value } from './parameter.ts';

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

/** A named device, reached through a port, with typed parameters. */
export class Instrument {
  readonly name: string;
  readonly title: string;
  readonly driver: Driver;
  readonly port: Port;
  readonly #clock: Clock;
  readonly #units = new Map<string, string>();

  constructor(options: InstrumentOptions) {
    this.name = options.name;
    this.title = options.title ?? options.name;
    this.driver = options.driver;
    this.port = options.port;
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws NOT_FOUND, naming what is alike */
  parameter(nameOrNumber: string | number): Parameter {
    const found = this.driver.parameter(nameOrNumber);
    if (found !== undefined) return found;
    const wanted = String(nameOrNumber).toLowerCase();
    const alike = this.driver.parameters
      .filter(
        ({ name }) => name.toLowerCase().includes(wanted) || wanted.includes(name.toLowerCase()),
      )
      .slice(0, 5)
      .map(({ name }) => name);
    const hint = alike.length === 0 ? '' : `; there are ${alike.join(', ')}`;
    throw new SignalboxError(
      'NOT_FOUND',
      `instrument ${this.name} has no parameter '${nameOrNumber}'${hint}`,
      { details: { instrument: this.name, parameter: nameOrNumber, alike } },
    );
  }

  /** @throws NOT_FOUND, WRITE_ONLY, and what the port throws */
  async read(
    nameOrNumber: string | number,
    by: Owner,
    options: CallOptions = {},
  ): Promise<Reading> {
    const parameter = this.parameter(nameOrNumber);
    const value = await this.#call(this.driver.read(parameter), by, options);
    const unit = parameter.unit ?? (await this.#unitOf(parameter, by, options));
    return { value, atMs: this.#clock.now(), ...(unit === undefined ? {} : { unit }) };
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
    const { unlock = false } = options;
    const parameter = this.parameter(nameOrNumber);
    if (parameter.name === 'capacityUnit') this.#units.clear();
    await this.#call(this.driver.write(parameter, value, { unlock }), by, options);
  }

  /**
   * Sends a message in the instrument's own language and gives its response.
   * @throws BAD_ARGUMENT when the family has none, or the message is not answered
   */
  async query(message: string, by: Owner, options: CallOptions = {}): Promise<string> {
    const transaction = this.driver.query?.(message);
    if (transaction === undefined) throw this.#speechless();
    return await this.#call(transaction, by, options);
  }

  /** The same without a response. */
  async send(message: string, by: Owner, options: CallOptions = {}): Promise<void> {
    const transaction = this.driver.send?.(message);
    if (transaction === undefined) throw this.#speechless();
    await this.#call(transaction, by, options);
  }

  async identify(by: Owner, options: CallOptions = {}): Promise<Identity> {
    return await this.#call(this.driver.identify(), by, options);
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
    return await found.run(values, {
      transact: async (transaction) => await this.#call(transaction, by, options),
      sleep: async (ms) => await sleep(this.#clock, ms, options.signal),
      progress: (share, message) => options.progress?.(share, message),
    });
  }

  /** Holds this instrument; the others on its port stay free. */
  async lease(options: Omit<LeaseOptions, 'scope'>): Promise<Lease> {
    const { scope } = this.driver;
    return await this.port.lease({ ...options, ...(scope === undefined ? {} : { scope }) });
  }

  async #call<Reply>(
    transaction: Transaction<Reply>,
    by: Owner,
    options: CallOptions,
  ): Promise<Reply> {
    const { maxAgeMs, timeoutMs, ...transact } = options;
    const own =
      maxAgeMs === undefined && timeoutMs === undefined
        ? transaction
        : {
            ...transaction,
            ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
            ...(timeoutMs === undefined ? {} : { timeoutMs }),
          };
    return await this.port.transact(own, by, transact);
  }

  /** Asked once of the instrument; it is forgotten when it is written. */
  async #unitOf(
    parameter: Parameter,
    by: Owner,
    options: CallOptions,
  ): Promise<string | undefined> {
    const known = this.#units.get(parameter.name);
    if (known !== undefined) return known;
    const transaction = this.driver.unitOf?.(parameter);
    if (transaction === undefined) return undefined;
    const unit = await this.#call(transaction, by, options);
    this.#units.set(parameter.name, unit);
    return unit;
  }

  #speechless(): SignalboxError {
    return new SignalboxError(
      'BAD_ARGUMENT',
      `instrument ${this.name} (${this.driver.family}) takes no messages; read and write its parameters`,
    );
  }
}
