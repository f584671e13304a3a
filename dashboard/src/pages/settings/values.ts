// What was changed on the page, as changes that the gateway takes, and how they go together with those of
// others. Nothing here knows of the page itself.

/** A way to a value: names of tables, and numbers of elements as text. */
export type Path = readonly string[];

/** One thing that is to change: a value, its default instead, or the name of a table. */
export type Change = { readonly path: Path } & (
  | { readonly value: unknown }
  | { readonly delete: true }
  | { readonly rename: string }
);

/** One thing that two have changed in different ways. */
export interface Clash {
  readonly path: Path;
  readonly mine: Change;
  readonly theirs: unknown;
}

/** Whether a value is a table of named values. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at the end of a way; undefined when there is nothing. */
export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part))
      return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

/** A copy with one value other; undefined takes it away. Tables on the way are made. */
export function withValue(value: unknown, path: Path, next: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return next;
  if (Array.isArray(value)) {
    const index = Number(part);
    const after = withValue(value[index], rest, next);
    return after === undefined ? value.toSpliced(index, 1) : value.toSpliced(index, 1, after);
  }
  const table = isTable(value) ? value : {};
  const before = Object.hasOwn(table, part) ? table[part] : undefined;
  if (next === undefined && before === undefined) return value;
  const after = withValue(before, rest, next);
  if (after !== undefined) return { ...table, [part]: after };
  return Object.fromEntries(Object.entries(table).filter(([name]) => name !== part));
}

/** Whether two values are alike through and through. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, at) => isSame(each, other[at]));
  }
  if (!isTable(one) || !isTable(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  );
}

/** The name of a value as people write it: `ports.bus.baudRate`. */
export function nameOf(path: Path): string {
  return path.map((part) => (/^[\w-]+$/.test(part) ? part : JSON.stringify(part))).join('.');
}

/** What leads from one table to another; a list that differs is one change, of the whole list. */
export function changesBetween(before: unknown, after: unknown, path: Path = []): Change[] {
  if (isSame(before, after)) return [];
  if (after === undefined) return [{ path, delete: true }];
  if (!isTable(before) || !isTable(after)) return [{ path, value: after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const one = Object.hasOwn(before, name) ? before[name] : undefined;
    const other = Object.hasOwn(after, name) ? after[name] : undefined;
    return changesBetween(one, other, [...path, name]);
  });
}

/** What changes make of a table. */
export function applied(values: unknown, changes: readonly Change[]): unknown {
  let result = values;
  for (const change of changes) {
    if ('rename' in change) {
      const moved = valueAt(result, change.path);
      result = withValue(result, change.path, undefined);
      result = withValue(result, [...change.path.slice(0, -1), change.rename], moved);
    } else {
      result = withValue(result, change.path, 'value' in change ? change.value : undefined);
    }
  }
  return result;
}

/**
 * What of one's own changes meets a change that somebody else has made since.
 * @param before what both went on from
 * @param now what the other has made of it
 */
export function compared(
  mine: readonly Change[],
  before: unknown,
  now: unknown,
): { clashes: Clash[]; theirs: Change[] } {
  const theirs = changesBetween(before, now);
  const clashes = mine
    .filter((change) =>
      theirs.some(({ path }) => isWithin(path, change.path) || isWithin(change.path, path)),
    )
    .map((change) => ({ path: change.path, mine: change, theirs: valueAt(now, change.path) }))
    // Who wanted the same has nothing to decide.
    .filter(
      ({ mine: own, theirs: other }) =>
        'rename' in own || !isSame('value' in own ? own.value : undefined, other),
    );
  return { clashes, theirs };
}

function isWithin(path: Path, of: Path): boolean {
  return of.every((part, at) => path[at] === part);
}
