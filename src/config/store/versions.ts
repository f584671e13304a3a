import { dirname } from 'node:path';
import { SignalboxError } from '../../kernel/index.ts';
import { check, layerAt } from './check.ts';
import type { Shape } from './check.ts';
import { ConfigSnapshot } from './config-snapshot.ts';
import { mergedValue, ownWords } from './layers.ts';
import type { Layers } from './layers.ts';
import { editsBetween, formatPath, isTable, reconciled, valueAt, withValue } from './table.ts';
import type { KeyPath, Table } from './table.ts';
import { moved } from './transaction.ts';
import type { Draft } from './transaction.ts';

/** What the configuration is at one point of its history. */
export interface Version<T> {
  readonly snapshot: ConfigSnapshot<T>;
  /** What the file that is written says. */
  readonly target: Table;
  /** What all files say together. */
  readonly merged: Table;
  /** The files around the one that is written, as this version has them. */
  readonly layers: Layers;
}

/** Makes versions out of what files say and what transactions change. */
export class Versions<T> {
  readonly #shape: Shape<T>;
  readonly #file: string;

  constructor(shape: Shape<T>, file: string) {
    this.#shape = shape;
    this.#file = file;
  }

  /** @throws CONFIG_INVALID, with lines */
  of(layers: Layers, revision: number): Version<T> {
    const value = check(this.#shape, layers.merged, {
      file: this.#file,
      folder: dirname(this.#file),
      layers: layers.all,
    });
    return {
      snapshot: new ConfigSnapshot(revision, value),
      target: layers.target.toml.value,
      merged: layers.merged,
      layers,
    };
  }

  /** What a draft makes of a version; undefined when it changes nothing. @throws CONFIG_INVALID */
  after(before: Version<T>, draft: Draft<T>, revision: number): Version<T> | undefined {
    const { layers } = before;
    const edits = editsBetween(before.merged, writtenBy(before.merged, draft));
    if (edits.length === 0) return undefined;
    for (const { path } of edits) {
      if (ownWords.includes(path[0] ?? '')) throw notASetting(path);
    }
    let { target } = before;
    for (const edit of edits) target = withValue(target, edit) as Table;
    const merged = mergedValue(
      layers.all.map((layer) => (layer === layers.target ? target : layer.toml.value)),
    );
    for (const { path, value } of edits) {
      // Taking away what the overlay says leaves what is said below it.
      const isTheirs = value === undefined && valueAt(before.target, path) === undefined;
      if (isTheirs && valueAt(merged, path) !== undefined) throw fromBelow(path, layers);
    }
    const value = check(this.#shape, merged, {
      file: layers.target.path,
      folder: dirname(this.#file),
    });
    return { snapshot: new ConfigSnapshot(revision, value), target, merged, layers };
  }
}

/** What all files have to say for a draft: what it changed, and what it set by name. */
function writtenBy<T>(merged: Table, draft: Draft<T>): Table {
  // What only has another place is written as it was.
  const written = draft.moves.reduce<unknown>(moved, merged);
  const base = draft.moves.reduce<unknown>(moved, draft.base);
  const table = reconciled(written, base, draft.value);
  let whole: Table = isTable(table) ? table : {};
  for (const path of draft.named) {
    const value = valueAt(draft.value, path);
    if (value !== undefined && valueAt(whole, path) === undefined) {
      whole = withValue(whole, { path, value }) as Table;
    }
  }
  return whole;
}

/** What says how files are read is not checked as settings are: a wrong one would end the next start. */
function notASetting(path: KeyPath): SignalboxError {
  const key = formatPath(path);
  return new SignalboxError('VALUE_INVALID', `${key} is no setting: it is for the file itself`, {
    details: { path: key },
    nextStep: 'Change it in the file.',
  });
}

/** What a file below says cannot be taken away in the one above. */
function fromBelow(path: KeyPath, { all, target }: Layers): SignalboxError {
  const file = layerAt(
    all.filter((layer) => layer !== target),
    path,
  )?.path;
  const key = formatPath(path);
  return new SignalboxError('CONFIG_READ_ONLY', `${key} comes from ${file}, which is not written`, {
    details: { path: file, key },
    nextStep: `Take it away in ${file}, or set another value above it.`,
  });
}
