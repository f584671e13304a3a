import { SignalboxError } from '../../kernel/index.ts';
import { copyOf, formatPath, frozen, isTable, keyPath, valueAt, withValue } from './table.ts';
import type { KeyPath } from './table.ts';

/** What is read and changed in one piece: all of it comes about, or nothing. */
export interface ConfigTransaction<T> {
  /** The revision that it goes on from. */
  readonly revision: number;
  /** Everything, as it is in here by now: a copy that may be changed, and then saved. */
  load(): T;
  /** Makes a whole configuration out of what was loaded; only what differs is written. */
  save(value: T): void;
  /** One value as it is in here by now. */
  get(path: string | KeyPath): unknown;
  /** Sets one value; tables on the way to it are made. @throws BAD_ARGUMENT, VALUE_INVALID */
  set(path: string | KeyPath, value: unknown): void;
  /** Takes a value or a table away; what has a default falls back to that. */
  delete(path: string | KeyPath): void;
  /** Gives a table another name or place, as it is written. @throws NOT_FOUND, VALUE_INVALID */
  move(from: string | KeyPath, to: string | KeyPath): void;
}

/** From where to where a table goes. */
export interface Move {
  readonly from: KeyPath;
  readonly to: KeyPath;
}

/** The same with a part of it at another place. */
export function moved(value: unknown, { from, to }: Move): unknown {
  const part = valueAt(value, from);
  if (part === undefined) return value;
  return withValue(withValue(value, { path: from, value: undefined }), { path: to, value: part });
}

/** The state of a transaction while it runs. */
export class Draft<T> implements ConfigTransaction<T> {
  readonly revision: number;
  readonly base: T;
  #value: T;
  /** What was set by name: it is written also when it is the default. */
  #named: readonly KeyPath[] = [];
  #moves: readonly Move[] = [];
  #isOpen = true;

  constructor(revision: number, base: T) {
    this.revision = revision;
    this.base = base;
    this.#value = base;
  }

  get value(): T {
    return this.#value;
  }

  get named(): readonly KeyPath[] {
    return this.#named;
  }

  /** What was moved, in that order. */
  get moves(): readonly Move[] {
    return this.#moves;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  load(): T {
    this.#check();
    return copyOf(this.#value);
  }

  save(value: T): void {
    this.#check();
    checkValue(value, []);
    this.#value = frozen(copyOf(value));
  }

  get(path: string | KeyPath): unknown {
    this.#check();
    return valueAt(this.#value, keyPath(path));
  }

  set(path: string | KeyPath, value: unknown): void {
    this.#check();
    const parts = keyPath(path);
    if (value === undefined) throw invalid(parts, 'undefined; `delete` takes it away');
    checkValue(value, parts);
    this.#value = withValue(this.#value, { path: parts, value: frozen(copyOf(value)) }) as T;
    this.#named = [...this.#named, parts];
  }

  delete(path: string | KeyPath): void {
    this.#check();
    const parts = keyPath(path);
    this.#value = withValue(this.#value, { path: parts, value: undefined }) as T;
    const text = formatPath(parts);
    this.#named = this.#named.filter((each) => !`${formatPath(each)}.`.startsWith(`${text}.`));
  }

  move(from: string | KeyPath, to: string | KeyPath): void {
    this.#check();
    const move = { from: keyPath(from), to: keyPath(to) };
    const name = formatPath(move.to);
    if (valueAt(this.#value, move.from) === undefined) {
      throw new SignalboxError('NOT_FOUND', `there is no setting ${formatPath(move.from)}`);
    }
    if (valueAt(this.#value, move.to) !== undefined) {
      throw new SignalboxError('VALUE_INVALID', `${name} is there already`, {
        nextStep: 'Choose another name, or take that one away first.',
        details: { path: name },
      });
    }
    this.#value = moved(this.#value, move) as T;
    this.#moves = [...this.#moves, move];
    const depth = move.from.length;
    this.#named = this.#named.map((path) =>
      move.from.every((part, at) => path[at] === part) ? [...move.to, ...path.slice(depth)] : path,
    );
  }

  /** Runs a part of which nothing is left when it throws. */
  async part<Result>(run: () => Result | Promise<Result>): Promise<Result> {
    this.#check();
    const value = this.#value;
    const named = this.#named;
    const moves = this.#moves;
    try {
      return await run();
    } catch (error) {
      this.#value = value;
      this.#named = named;
      this.#moves = moves;
      throw error;
    }
  }

  end(): void {
    this.#isOpen = false;
  }

  #check(): void {
    if (this.#isOpen) return;
    throw new SignalboxError('CLOSED', 'the transaction of the configuration is over', {
      nextStep: 'Begin another one, and await all that is done in it.',
    });
  }
}

/** @throws VALUE_INVALID for what TOML cannot say */
function checkValue(value: unknown, path: KeyPath): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'bigint':
    case 'undefined':
      return;
    case 'object':
      break;
    case 'function':
    case 'symbol':
      throw invalid(path, `a ${typeof value}`);
  }
  if (value === null) throw invalid(path, 'null');
  if (value instanceof Date) return;
  if (Array.isArray(value)) {
    for (const [at, each] of value.entries()) {
      if (each === undefined) throw invalid([...path, String(at)], 'undefined');
      checkValue(each, [...path, String(at)]);
    }
    return;
  }
  if (!isTable(value)) throw invalid(path, 'an object of a class');
  for (const [name, each] of Object.entries(value)) checkValue(each, [...path, name]);
}

function invalid(path: KeyPath, what: string): SignalboxError {
  const where = path.length === 0 ? 'the configuration' : formatPath(path);
  return new SignalboxError('VALUE_INVALID', `${where} cannot be ${what}`);
}
