import { formatPath, keyPath, valueAt } from './table.ts';
import type { KeyPath } from './table.ts';

/** A whole configuration as it was at one revision. Frozen with all that is in it. */
export class ConfigSnapshot<T> {
  /** Rises with each change that is on the disk, also with those of other processes and by hand. */
  readonly revision: number;
  readonly value: T;
  /** What was asked for before: paths come again and again. */
  readonly #found = new Map<string, unknown>();

  constructor(revision: number, value: T) {
    this.revision = revision;
    this.value = value;
  }

  /**
   * One value: `snapshot.get('ports.bus.baudRate')`. Undefined when there is none.
   * @throws BAD_ARGUMENT when that is no path
   */
  get(path: string | KeyPath): unknown {
    const text = typeof path === 'string' ? path : formatPath(path);
    const known = this.#found.get(text);
    if (known !== undefined) return known;
    const value = valueAt(this.value, keyPath(path));
    if (value !== undefined && this.#found.size < pathsMost) this.#found.set(text, value);
    return value;
  }
}

/** So many paths of one snapshot are remembered; others are looked up each time. */
const pathsMost = 1_000;
