import { SignalboxError } from '../../kernel/index.ts';

/** A TOML table as plain data. */
export type Table = Readonly<Record<string, unknown>>;

/** Where a value is: names of tables, and numbers of elements as text. */
export type KeyPath = readonly string[];

/** What happens to one value: `undefined` takes it away. */
export interface Edit {
  readonly path: KeyPath;
  readonly value: unknown;
}

const bareKey = /^[\w-]+$/;
const pathPart = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^."'\s]+))\s*(?:\.|$)/y;

/**
 * Takes a path apart: `ports.bus.baudRate`, `gasFactors."SN.1".N2`, `csvLogs.flows.instruments.0`.
 * @throws BAD_ARGUMENT
 */
export function keyPath(path: string | KeyPath): KeyPath {
  if (typeof path !== 'string') return checked(path, path.join('.'));
  const parts: string[] = [];
  pathPart.lastIndex = 0;
  while (pathPart.lastIndex < path.length) {
    const at = pathPart.lastIndex;
    const match = pathPart.exec(path);
    if (match === null) throw notAPath(path, at);
    const [whole, quoted, literal, bare] = match;
    parts.push(quoted === undefined ? (literal ?? bare ?? '') : unquoted(quoted, path));
    if (pathPart.lastIndex === path.length && whole.endsWith('.')) throw notAPath(path, at);
  }
  return checked(parts, path);
}

/** A path as {@link keyPath} reads it. */
export function formatPath(path: KeyPath): string {
  return path.map((part) => (bareKey.test(part) ? part : JSON.stringify(part))).join('.');
}

function unquoted(text: string, path: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    throw notAPath(path, 0);
  }
}

function checked(parts: KeyPath, path: string): KeyPath {
  if (parts.length === 0 || parts.includes('__proto__')) throw notAPath(path, 0);
  return parts;
}

function notAPath(path: string, at: number): SignalboxError {
  return new SignalboxError(
    'BAD_ARGUMENT',
    `'${path}' is no path of a setting (at character ${at + 1}); one is ports.bus.baudRate`,
  );
}

export function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Map) &&
    !(value instanceof Set) &&
    !ArrayBuffer.isView(value)
  );
}

export function valueAt(value: unknown, path: KeyPath): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) {
      return undefined;
    }
    found = (found as Readonly<Record<string, unknown>>)[part];
  }
  return found;
}

/**
 * The same with one value other: what is on the way to it is copied, all else shared. Tables that are
 * missing on the way are made; taking away what is not there changes nothing.
 * @throws BAD_ARGUMENT when the way leads through a value that is no table or list
 */
export function withValue(value: unknown, { path, value: next }: Edit, depth = 0): unknown {
  if (depth === path.length) return next;
  const part = path[depth] ?? '';
  if (value === undefined && next === undefined) return undefined;
  if (Array.isArray(value)) return withElement(value, { path, value: next }, depth);
  if (value !== undefined && !isTable(value)) throw notATable(path, depth);
  const before = value !== undefined && Object.hasOwn(value, part) ? value[part] : undefined;
  const after = withValue(before, { path, value: next }, depth + 1);
  if (after === before) return value;
  if (after !== undefined) return { ...value, [part]: after };
  const { [part]: _gone, ...left } = value ?? {};
  return left;
}

function withElement(list: readonly unknown[], edit: Edit, depth: number): unknown {
  const index = Number(edit.path[depth]);
  if (!Number.isInteger(index) || index < 0 || index > list.length) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `${formatPath(edit.path)}: the list has elements 0 to ${list.length - 1}`,
    );
  }
  const after = withValue(list[index], edit, depth + 1);
  return after === undefined ? list.toSpliced(index, 1) : list.toSpliced(index, 1, after);
}

function notATable(path: KeyPath, depth: number): SignalboxError {
  return new SignalboxError(
    'BAD_ARGUMENT',
    `${formatPath(path)}: ${formatPath(path.slice(0, depth))} is no table`,
  );
}

export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return false;
  }
  if (one instanceof Date || other instanceof Date) {
    return (
      one instanceof Date && other instanceof Date && one.toISOString() === other.toISOString()
    );
  }
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((each, at) => isSame(each, other[at]))
    );
  }
  const names = Object.keys(one).filter((name) => (one as Table)[name] !== undefined);
  const others = Object.keys(other).filter((name) => (other as Table)[name] !== undefined);
  return (
    names.length === others.length &&
    names.every(
      (name) => Object.hasOwn(other, name) && isSame((one as Table)[name], (other as Table)[name]),
    )
  );
}

/** A copy that shares nothing and may be changed. */
export function copyOf<Value>(value: Value): Value {
  return copied(value) as Value;
}

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (!isTable(value)) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copied(value[name]);
  return copy;
}

/** Freezes a value with all that is in it. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const each of Object.values(value)) frozen(each);
  return value;
}

/** What leads from one table to another. A list that differs is one edit, of the whole list. */
export function editsBetween(before: Table, after: Table): Edit[] {
  const edits: Edit[] = [];
  collectEdits(before, after, [], edits);
  return edits;
}

function collectEdits(before: Table, after: Table, path: KeyPath, edits: Edit[]): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const one = Object.hasOwn(before, name) ? before[name] : undefined;
    const other = Object.hasOwn(after, name) ? after[name] : undefined;
    if (one === other) continue;
    const at = [...path, name];
    if (isTable(one) && isTable(other)) collectEdits(one, other, at, edits);
    else if (!isSame(one, other)) edits.push({ path: at, value: other });
  }
}

/** Every value that differs, by its path: tables that came or went are taken apart. */
export function changedKeys(before: Table, after: Table): string[] {
  return editsBetween(before, after).flatMap(({ path, value }) => {
    const shown = isTable(value) ? value : valueAt(before, path);
    return isTable(shown) && Object.keys(shown).length > 0
      ? leavesOf(shown, path)
      : [formatPath(path)];
  });
}

function leavesOf(table: Table, path: KeyPath): string[] {
  return Object.entries(table).flatMap(([name, value]) =>
    isTable(value) && Object.keys(value).length > 0
      ? leavesOf(value, [...path, name])
      : [formatPath([...path, name])],
  );
}

/**
 * What stands in a file after its value, with defaults filled in, went from `before` to `after`: what
 * was changed changes, and defaults that nobody touched stay unwritten.
 */
export function reconciled(written: unknown, before: unknown, after: unknown): unknown {
  if (before === after || isSame(before, after)) return written;
  if (isTable(before) && isTable(after) && (written === undefined || isTable(written))) {
    return reconciledTable(written ?? {}, before, after);
  }
  if (Array.isArray(before) && Array.isArray(after) && Array.isArray(written)) {
    return reconciledList(written, before, after);
  }
  return withoutUndefined(after);
}

function reconciledTable(written: Table, before: Table, after: Table): Table {
  const result: Record<string, unknown> = { ...written };
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const next = Object.hasOwn(after, name) ? after[name] : undefined;
    const last = Object.hasOwn(before, name) ? before[name] : undefined;
    const own = Object.hasOwn(written, name) ? written[name] : undefined;
    const value = next === undefined ? undefined : reconciled(own, last, next);
    if (value === undefined) delete result[name];
    else result[name] = value;
  }
  return result;
}

function reconciledList(
  written: readonly unknown[],
  before: readonly unknown[],
  after: readonly unknown[],
): unknown[] {
  const left = new Set(before.keys());
  const unchanged = after.map((each, at) => {
    const same = isSame(each, before[at]) && left.has(at) ? at : undefined;
    const found = same ?? left.values().find((index) => isSame(before[index], each));
    if (found !== undefined) left.delete(found);
    return found;
  });
  return after.map((each, at) => {
    const same = unchanged[at];
    if (same !== undefined) return written[same];
    return left.has(at) ? reconciled(written[at], before[at], each) : withoutUndefined(each);
  });
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, withoutUndefined(each)]),
  );
}

/** Tables joined; in all else the upper wins. */
export function merged(lower: Table, upper: Table): Table {
  const result: Record<string, unknown> = { ...lower };
  for (const [name, value] of Object.entries(upper)) {
    const below = Object.hasOwn(lower, name) ? lower[name] : undefined;
    result[name] = isTable(below) && isTable(value) ? merged(below, value) : value;
  }
  return result;
}
