import type { z } from 'zod';
import { SignalboxError } from '../../kernel/index.ts';
import { problemsOf } from '../describe-issue.ts';
import type { Layer } from './layers.ts';
import { formatPath, frozen, valueAt } from './table.ts';
import type { KeyPath, Table } from './table.ts';

/** What a configuration has to be, and what is made of it. */
export interface Shape<T> {
  readonly schema: z.ZodType<T>;
  /** Completes what was read: relative paths, which lead on from the folder of the file. */
  readonly settle?: ((value: T, folder: string) => T) | undefined;
}

/** So many problems of a file are told at once. */
export const problemsMost = 50;

/** Where one problem is. */
interface Place {
  readonly file: string;
  /** Absent for what is in no file yet. */
  readonly line?: number | undefined;
  readonly message: string;
  /** Of the value: `ports.bus.baudRate`. */
  readonly path: string;
}

/**
 * The value that a table stands for, frozen.
 * @param layers where lines are looked up; without them problems are told without a line
 * @throws CONFIG_INVALID, with file and line of each problem and what is allowed
 */
export function check<T>(
  { schema, settle }: Shape<T>,
  table: Table,
  { file, folder, layers }: { file: string; folder: string; layers?: readonly Layer[] },
): T {
  const result = schema.safeParse(table);
  if (result.success) {
    return frozen(settle === undefined ? result.data : settle(result.data, folder));
  }
  const places = result.error.issues
    .flatMap((issue) => problemsOf(issue, table))
    .map((problem) => placeOf(problem.path.map(String), problem.message, file, layers))
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
    .slice(0, problemsMost);
  const list = places
    .map(
      (place) =>
        `${place.file}${place.line === undefined ? '' : `:${place.line}`}: ${place.message}`,
    )
    .join('\n');
  const problems = places.map(({ file: of, line, message, path }) => ({
    line: line ?? 0,
    message,
    path,
    ...(of === file ? {} : { file: of }),
  }));
  throw new SignalboxError('CONFIG_INVALID', list, { details: { path: file, problems } });
}

function placeOf(
  path: KeyPath,
  message: string,
  file: string,
  layers: readonly Layer[] | undefined,
): Place {
  const name = formatPath(path);
  if (layers === undefined) {
    // What is in no line is named; most messages do already.
    return { file, path: name, message: message.includes(name) ? message : `${name}: ${message}` };
  }
  const layer = layerAt(layers, path) ?? layers.at(-1);
  return { file: layer?.path ?? file, path: name, line: layer?.toml.lineOf(path) ?? 1, message };
}

/** The highest layer in which a value is, or else the innermost table around it that is anywhere. */
export function layerAt(layers: readonly Layer[], path: KeyPath): Layer | undefined {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const at = path.slice(0, depth);
    const found = layers.findLast(({ toml }) => valueAt(toml.value, at) !== undefined);
    if (found !== undefined) return found;
  }
  return layers.findLast(({ kind }) => kind === 'main');
}
