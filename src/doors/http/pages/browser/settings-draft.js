// What a person is changing on the page and has not saved.
import { applied, changesBetween, isSame, valueAt, withValue } from './settings-values.js';

/**
 * @typedef {import('./settings-values.js').Path} Path
 * @typedef {import('./settings-values.js').Change} Change
 * @typedef {{ path: string, kind?: string, line?: number }} Origin
 * @typedef {{
 *   file: string, revision: number, values: Record<string, unknown>, written: Record<string, unknown>,
 *   pendingRestart: string[], readOnly?: string,
 *   notices: { message: string, at?: number }[],
 * }} Report
 */

export class Draft {
  /** @type {Report} */
  #report;
  /** @type {Extract<Change, { rename: string }>[]} */
  #renames = [];
  /** What is in the files, with renames. @type {unknown} */
  #base;
  /** The same with all changes. @type {unknown} */
  #mine;

  /** @param {Report} report what was last heard of the gateway */
  constructor(report) {
    this.#report = report;
    this.#base = report.written;
    this.#mine = report.written;
  }

  get report() {
    return this.#report;
  }

  /** All that is to be saved. @returns {Change[]} */
  get changes() {
    return [...this.#renames, ...changesBetween(this.#base, this.#mine)];
  }

  get isChanged() {
    return this.#renames.length > 0 || !isSame(this.#base, this.#mine);
  }

  /**
   * What would be written.
   *
   * @param {Path} path
   */
  value(path) {
    return valueAt(this.#mine, path);
  }

  /**
   * What holds as long as nothing is written there.
   *
   * @param {Path} path
   */
  fallback(path) {
    return valueAt(applied(this.#report.values, this.#renames), path);
  }

  /**
   * Whether a value is another than in the files.
   *
   * @param {Path} path
   */
  differs(path) {
    return !isSame(valueAt(this.#base, path), this.value(path));
  }

  /**
   * @param {Path} path
   * @param {unknown} value undefined takes it away
   */
  set(path, value) {
    this.#mine = withValue(this.#mine, path, value);
  }

  /**
   * @param {Path} path
   * @param {string} name
   */
  rename(path, name) {
    const rename = { path, rename: name };
    if (valueAt(this.#base, path) !== undefined) {
      this.#renames.push(rename);
      this.#base = applied(this.#base, [rename]);
    }
    this.#mine = applied(this.#mine, [rename]);
  }

  /**
   * The same changes on top of what the gateway has now.
   *
   * @param {Report} report
   * @param {readonly Change[]} [changes] others instead
   */
  onTopOf(report, changes = this.changes) {
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
