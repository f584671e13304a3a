import type { Clock } from '../kernel/index.ts';
import type { Transaction } from '../ports/index.ts';
import type { Parameter, Value } from './parameter.ts';

/** A function, as people are told of it. */
export interface FunctionFacts {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly { readonly name: string; readonly title: string }[];
}

/** What an instrument says of itself. */
export interface Identity {
  readonly maker?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  /** In one line, as the instrument gives it. */
  readonly text: string;
}

/** A longer operation than one transaction: wink, zero, change of fluid. */
export interface Action {
  readonly name: string;
  readonly title: string;
  /** Its arguments, by name, with what they mean. */
  readonly arguments: readonly Parameter[];
  /**
   * When set, it holds the instrument for itself alone, for so long at most.
   * @default others go on in between
   */
  readonly holdMs?: number;
  run(values: Readonly<Record<string, Value>>, context: ActionContext): Promise<Value | undefined>;
}

/** What an action does its work with. */
export interface ActionContext {
  transact<Reply>(transaction: Transaction<Reply>): Promise<Reply>;
  /** As `transact`, but also when the caller has taken the action back: to put things in order. */
  finish<Reply>(transaction: Transaction<Reply>): Promise<Reply>;
  readonly clock: Clock;
  /** Waits; ends early when the caller takes the action back. */
  sleep(ms: number): Promise<void>;
  /** Tells how far it is, from 0 to 1. */
  progress(share: number, message: string): void;
}

/**
 * Turns parameters of one family of instruments into transactions. It holds no connection: the same
 * driver object serves every caller of its instrument.
 * All methods refuse bad input before the wire: NOT_FOUND, READ_ONLY, WRITE_ONLY, SECURED,
 * VALUE_INVALID, VALUE_OUT_OF_RANGE.
 */
export interface Driver {
  /** `bronkhorst`, `scpi`. */
  readonly family: string;
  /** The instrument's scope on its port: `node 3`. Absent where the port has only one instrument. */
  readonly scope?: string | undefined;
  readonly parameters: readonly Parameter[];
  /**
   * Names of the parameters that are watched of it where nobody says which.
   * @default those that can be read
   */
  readonly watched?: readonly string[];
  readonly actions: readonly Action[];
  /** A parameter by name, or by number. */
  parameter(nameOrNumber: string | number): Parameter | undefined;
  read(parameter: Parameter): Transaction<Value>;
  /**
   * Several parameters by one transaction, for families that tell much at once (a miner). What the
   * answer has not is absent from the reply. Without it each parameter is read by itself.
   */
  readMany?(parameters: readonly Parameter[]): Transaction<Readonly<Record<string, Value>>>;
  /** @param options.unlock says that a secured parameter is meant to be written */
  write(
    parameter: Parameter,
    value: Value,
    options?: { readonly unlock?: boolean },
  ): Transaction<void>;
  identify(): Transaction<Identity>;
  /** The unit of a parameter, where the instrument has to be asked for it. */
  unitOf?(parameter: Parameter): Transaction<string> | undefined;
  /** The factor that turns what the instrument says into the value, where it has to be asked for. */
  factorOf?(parameter: Parameter): Transaction<number> | undefined;
  /** Secures again what an unlocked write that failed may have left open. */
  secure?(): Transaction<void>;
  /** A message in the instrument's own language, for families that have one (SCPI). */
  query?(message: string): Transaction<string>;
  /** The same without a reply. */
  send?(message: string): Transaction<void>;
  /**
   * Calls a function, for families that have some (worker). Never repeated.
   * @param signal of a caller who may give up
   * @throws BAD_ARGUMENT for what cannot be a name of one; NOT_FOUND for one that it does not offer
   */
  call?(method: string, params: unknown, signal?: AbortSignal): Transaction<unknown>;
  /** Whether a function may be called through this instrument. */
  offers?(method: string): boolean;
  /** Its functions, where it knows them by itself; a worker tells of those that it has. */
  readonly functions?: readonly FunctionFacts[];
  /** Whether a function is known to change nothing. */
  isReading?(method: string): boolean;
}
