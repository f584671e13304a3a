import { z } from 'zod';
import { didYouMean, given, SignalboxError } from '../../kernel/index.ts';
import type { ConfigBackup } from '../store/backups.ts';
import type { ConfigStore } from '../store/config-store.ts';
import type { ConfigNotice } from '../store/notice.ts';
import type { ChangeOptions, ConfigChange, ConfigOrigin } from '../store/options.ts';
import type { ConfigRevision } from '../store/revision.ts';
import { changedKeys, formatPath, isTable, keyPath, valueAt } from '../store/table.ts';
import type { KeyPath, Table } from '../store/table.ts';
import type { ConfigTransaction } from '../store/transaction.ts';
import { withMeanings } from './key-meanings.ts';
import { redacted, redactedText, unredacted, withoutSecretLines, wouldShow } from './redact.ts';
import { renameReferences } from './references.ts';
import { keysBelow } from './schema-at.ts';
import type { JsonSchema } from './schema-at.ts';

/** One thing that is to change: a value, its default instead of it, or the name of a table. */
export type SettingChange = { readonly path: string | KeyPath } & (
  | { readonly value: unknown }
  | { readonly delete: true }
  | { readonly rename: string }
);

/** A value that differs; absent where there was or is none. Secrets are left out. */
export interface SettingDifference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A setting that may be there. */
export interface SettingKey {
  readonly path: string;
  /** Whether more of them may be below it. */
  readonly isTable: boolean;
}

/** What a change came to. */
export interface SettingsCommit {
  /** The revision now. */
  readonly revision: number;
  /** The revision before, to which a rollback leads back. */
  readonly before: number;
  readonly changes: readonly SettingDifference[];
  /** What holds only after a restart, by now. */
  readonly pendingRestart: readonly string[];
  readonly dryRun: boolean;
}

/** A configuration as people and other programs see it: plain data, secrets left out. */
export interface SettingsReport {
  /** The file that is written. */
  readonly file: string;
  readonly revision: number;
  /** With defaults, and whole paths. */
  readonly values: Table;
  /** What is in the files. */
  readonly written: Table;
  /** Of what is written: in which file, and on which line. */
  readonly origins: Readonly<Record<string, ConfigOrigin>>;
  /** What was changed and holds only after a restart. */
  readonly pendingRestart: readonly string[];
  /** Why nothing can be written; absent when it can. */
  readonly readOnly?: string;
  readonly notices: readonly ConfigNotice[];
}

export interface SettingsOptions<T> {
  readonly store: ConfigStore<T>;
  readonly schema: z.ZodType<T>;
  /** What holds at once, by path, with all that is in it: `gateway.logLevel`, `alarms`. @default nothing */
  readonly live?: readonly string[];
  /** What of it could not be taken up all the same: `ports.bus`. @default nothing */
  readonly notApplied?: () => ReadonlySet<string>;
}

/**
 * A configuration for people and programs outside: the web, the command line, the API and scripts all
 * go through here, so that what one of them may do and is told is what all of them may and are.
 */
export class Settings<T> {
  readonly store: ConfigStore<T>;
  readonly #schema: z.ZodType<T>;
  readonly #live: readonly KeyPath[];
  readonly #notApplied: () => ReadonlySet<string>;
  #described: JsonSchema | undefined;
  /** What was written when whoever uses the values took them. */
  readonly #started: Table;
  #reads = 0;
  #listeners = 0;

  constructor({ store, schema, live = [], notApplied }: SettingsOptions<T>) {
    this.store = store;
    this.#schema = schema;
    this.#live = live.map(keyPath);
    this.#notApplied = notApplied ?? (() => new Set());
    this.#started = store.written;
  }

  /** What may be set, as JSON Schema (draft 2020-12), with what each key means: for forms and completion. */
  get schema(): JsonSchema {
    const plain = (): JsonSchema =>
      z.toJSONSchema(this.#schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    this.#described ??= withMeanings(plain());
    return this.#described;
  }

  /** What may be directly below a path, and what is there: for completion. @throws BAD_ARGUMENT */
  keys(below: string): readonly SettingKey[] {
    const { value } = this.store;
    const before = below === '' ? [] : keyPath(below);
    return keysBelow(this.schema, before, value).map((name) => {
      const path = [...before, name];
      const more = keysBelow(this.schema, path, value);
      return { path: formatPath(path), isTable: more.length > 0 };
    });
  }

  /** The newest one that is on the disk. */
  get revision(): number {
    return this.store.revision;
  }

  /** How often values were asked for, and how often a file had to be read for it. */
  get reads(): { readonly asked: number; readonly fromFiles: number } {
    return { asked: this.#reads, fromFiles: this.store.fileReads };
  }

  /** How many hear of changes. */
  get listeners(): number {
    return this.#listeners;
  }

  /** What was changed and holds only after a restart, by path. */
  get pendingRestart(): readonly string[] {
    const notApplied = [...this.#notApplied()].map(keyPath);
    const isBelow = (path: KeyPath, above: readonly KeyPath[]): boolean =>
      above.some((each) => each.every((part, at) => path[at] === part));
    return changedKeys(this.#started, this.store.written).filter((key) => {
      const path = keyPath(key);
      return !isBelow(path, this.#live) || isBelow(path, notApplied);
    });
  }

  report(): SettingsReport {
    this.#reads += 1;
    const { file, revision, value, written, refusal, notices } = this.store;
    const keys = changedKeys({}, written);
    return {
      file,
      revision,
      values: tableOf(redacted(value)),
      written: tableOf(redacted(written)),
      origins: Object.fromEntries(keys.map((key) => [key, this.store.origin(key)])),
      pendingRestart: this.pendingRestart,
      ...given({ readOnly: refusal?.message }),
      notices,
    };
  }

  /** One value, or its default. @throws NOT_FOUND, BAD_ARGUMENT */
  get(path: string | KeyPath): unknown {
    this.#reads += 1;
    const parts = keyPath(path);
    const { value } = this.store;
    const found = valueAt(value, parts);
    if (found === undefined) throw absent(parts, value);
    return redacted(found, parts);
  }

  /**
   * Makes all of the changes, or none.
   * @throws BAD_ARGUMENT for what is no path; NOT_FOUND for what is to be renamed and is not there;
   *   VALUE_INVALID for a secret that another name would show; what a transaction of the store throws
   */
  async change(
    changes: readonly SettingChange[],
    options: ChangeOptions = {},
  ): Promise<SettingsCommit> {
    const { result, revision, keys } = await this.store.transaction((tx) => {
      const before = tx.load();
      for (const change of changes) apply(tx, change);
      return { base: tx.revision, before, after: tx.load() };
    }, options);
    const { base, before, after } = result;
    return {
      revision,
      before: base,
      changes: keys.map((key) =>
        difference(key, valueAt(before, keyPath(key)), valueAt(after, keyPath(key))),
      ),
      pendingRestart: this.pendingRestart,
      dryRun: options.dryRun === true,
    };
  }

  /** What was changed, the newest first. */
  async history(
    options: { readonly limit?: number | undefined; readonly before?: number | undefined } = {},
  ): Promise<readonly ConfigRevision[]> {
    return await this.store.history(options);
  }

  /**
   * What differs between two revisions, by value and as `diff -u` shows it.
   * @throws NOT_FOUND when one of them is not kept
   */
  async diff(
    from: number,
    to: number,
  ): Promise<{ readonly changes: readonly SettingDifference[]; readonly text: string }> {
    const { keys, text } = await this.store.diff(from, to, withoutSecretLines);
    const changes = keys.map(({ key, before, after }) => difference(key, before, after));
    return { changes, text: redactedText(text) };
  }

  /** Makes everything what it was at a revision. @throws NOT_FOUND when it is not kept */
  async rollback(revision: number, options: ChangeOptions = {}): Promise<SettingsCommit> {
    const before = this.store.revision;
    const { changes } = await this.diff(before, revision);
    const commit = await this.store.rollback(revision, options);
    return {
      revision: commit.revision,
      before,
      changes,
      pendingRestart: this.pendingRestart,
      dryRun: options.dryRun === true,
    };
  }

  /** The copies that are kept, the newest first. */
  async backups(): Promise<readonly ConfigBackup[]> {
    return await this.store.backups();
  }

  /** Hears of every change once it is on the disk. */
  onChange(listener: (change: ConfigChange<T>) => void): Disposable {
    const listening = this.store.onChange(listener);
    this.#listeners += 1;
    return {
      [Symbol.dispose]: () => {
        listening[Symbol.dispose]();
        this.#listeners -= 1;
      },
    };
  }
}

function apply<T>(tx: ConfigTransaction<T>, change: SettingChange): void {
  const path = keyPath(change.path);
  if ('rename' in change) {
    const to = [...path.slice(0, -1), change.rename];
    if (wouldShow(tx.get(path), path, to)) {
      throw new SignalboxError(
        'VALUE_INVALID',
        `${formatPath(path)} is a secret, and would be shown as ${formatPath(to)}`,
        { nextStep: 'Take it away, and set the other one to a value of its own.' },
      );
    }
    tx.move(path, to);
    const [kind = '', from = ''] = path;
    if (path.length === 2) renameReferences(tx, kind, from, change.rename);
  } else if ('delete' in change) tx.delete(path);
  else
    tx.set(
      path,
      unredacted(change.value, path, (at) => tx.get(at)),
    );
}

function difference(key: string, before: unknown, after: unknown): SettingDifference {
  const path = keyPath(key);
  return {
    path: key,
    ...(before === undefined ? {} : { before: redacted(before, path) }),
    ...(after === undefined ? {} : { after: redacted(after, path) }),
  };
}

function tableOf(value: unknown): Table {
  return isTable(value) ? value : {};
}

function absent(path: KeyPath, value: unknown): SignalboxError {
  let depth = 0;
  while (valueAt(value, path.slice(0, depth + 1)) !== undefined) depth += 1;
  const around = valueAt(value, path.slice(0, depth));
  const names = typeof around === 'object' && around !== null ? Object.keys(around) : [];
  const hint = didYouMean(path[depth] ?? '', names);
  return new SignalboxError('NOT_FOUND', `nothing is set at ${formatPath(path)}${hint}`, {
    nextStep: 'See what there is with `signalbox config get`.',
    details: { names },
  });
}
