import type { Clock } from '../../kernel/index.ts';
import type { BackupLimits } from './backups.ts';
import type { Shape } from './check.ts';
import type { ConfigSnapshot } from './config-snapshot.ts';
import type { FileSystem } from './file-system.ts';
import type { Migration } from './migrations.ts';
import type { ConfigRevision } from './revision.ts';

/** How a configuration is kept. */
export interface ConfigStoreOptions<T> extends Shape<T> {
  /** Writes go to an overlay of this name: `lab.test.toml` over `lab.toml`. @default none */
  readonly environment?: string | undefined;
  /** The newest `version` of the file, for which the schema is. @default 1 */
  readonly version?: number | undefined;
  /** How older files become one of that version. @default none */
  readonly migrations?: readonly Migration[] | undefined;
  /** Who changes it, where a transaction does not say. @default the user of this process */
  readonly by?: string | undefined;
  /**
   * Whether a file that was never there, or of which nothing good was ever seen, is an error. Else the
   * first change makes it, and the schema's defaults are read instead of it. @default false
   */
  readonly mustExist?: boolean | undefined;
  /** Whether edits by hand and by other processes are noticed at once. @default true */
  readonly watch?: boolean | undefined;
  readonly backups?: Partial<BackupLimits> | undefined;
  readonly clock?: Clock | undefined;
  /** @default the machine's */
  readonly files?: FileSystem | undefined;
}

/** Who changes something, why, and how long that may wait. */
export interface ChangeOptions {
  /** Who, for the history. @default `by` of the store */
  readonly by?: string | undefined;
  /** Why, for the history. */
  readonly why?: string | undefined;
  /** Refuses with CONFIG_CONFLICT unless this is the newest revision. */
  readonly expectedRevision?: number | undefined;
  /** Finds out what it would change and whether that is good, and changes nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** How long to wait for others, in ms. @default 30 000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What came of a transaction. */
export interface ConfigCommit<Result> {
  /** What the transaction returned. */
  readonly result: Result;
  /** The revision that it made, or the one that it read when it changed nothing. */
  readonly revision: number;
  /** What it changed; empty when nothing. */
  readonly keys: readonly string[];
}

/** A change that is on the disk. */
export interface ConfigChange<T> extends ConfigRevision {
  readonly snapshot: ConfigSnapshot<T>;
  readonly before: ConfigSnapshot<T>;
}

/** What differs between two revisions. */
export interface ConfigDifference {
  /** Value by value; `undefined` where there was or is none. */
  readonly keys: readonly {
    readonly key: string;
    readonly before: unknown;
    readonly after: unknown;
  }[];
  /** As `diff -u` shows it; empty when the texts are the same. */
  readonly text: string;
}

/** Where a value comes from. */
export interface ConfigOrigin {
  readonly kind: 'include' | 'main' | 'overlay' | 'default';
  /** Absent for a default. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}
