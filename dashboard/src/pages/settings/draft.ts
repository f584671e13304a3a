// What a person is changing on the page and has not saved.
import type { SettingsReport } from '../../../../src/client/index.ts';
import { applied, changesBetween, isSame, valueAt, withValue } from './values.ts';
import type { Change, Path } from './values.ts';

/** What the page needs of all that the gateway tells of its settings. */
export type Report = Omit<SettingsReport, 'origins'>;

/** A form before the gateway has told anything. */
export const nothingYet: Report = {
  file: '',
  revision: 0,
  values: {},
  written: {},
  pendingRestart: [],
  notices: [],
};

/** Changes that are not saved, on top of what the gateway has. */
export class Draft {
  readonly #report: Report;
  readonly #renames: Extract<Change, { rename: string }>[] = [];
  /** What is in the files, with renames. */
  #base: unknown;
  /** The same with all changes. */
  #mine: unknown;

  /** @param report what was last heard of the gateway */
  constructor(report: Report) {
    this.#report = report;
    this.#base = report.written;
    this.#mine = report.written;
  }

  /** What was last heard of the gateway. */
  get report(): Report {
    return this.#report;
  }

  /** All that is to be saved. */
  get changes(): Change[] {
    return [...this.#renames, ...changesBetween(this.#base, this.#mine)];
  }

  get isChanged(): boolean {
    return this.#renames.length > 0 || !isSame(this.#base, this.#mine);
  }

  /** What would be written. */
  value(path: Path): unknown {
    return valueAt(this.#mine, path);
  }

  /** What holds as long as nothing is written there. */
  fallback(path: Path): unknown {
    return valueAt(applied(this.#report.values, this.#renames), path);
  }

  /** Whether a value is another than in the files. */
  differs(path: Path): boolean {
    return !isSame(valueAt(this.#base, path), this.value(path));
  }

  /** @param value undefined takes it away */
  set(path: Path, value: unknown): void {
    this.#mine = withValue(this.#mine, path, value);
  }

  /** Gives a table another name. */
  rename(path: Path, name: string): void {
    const rename = { path, rename: name };
    if (valueAt(this.#base, path) !== undefined) {
      this.#renames.push(rename);
      this.#base = applied(this.#base, [rename]);
    }
    this.#mine = applied(this.#mine, [rename]);
  }

  /**
   * The same changes on top of what the gateway has now.
   * @param changes others instead
   */
  onTopOf(report: Report, changes: readonly Change[] = this.changes): Draft {
    const draft = new Draft(report);
    for (const change of changes) {
      if ('rename' in change) {
        if (valueAt(draft.#mine, change.path) !== undefined)
          draft.rename(change.path, change.rename);
      } else draft.set(change.path, 'value' in change ? change.value : undefined);
    }
    return draft;
  }
}
