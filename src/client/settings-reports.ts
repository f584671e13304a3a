/** One setting that is to change: its value, its default instead, or the name of a table. */
export type SettingChange = {
  /** `ports.bus.baudRate`, or its parts. */
  readonly path: string | readonly string[];
} & (
  | { readonly value: unknown }
  | { readonly delete: true }
  /** What refers to it follows. */
  | { readonly rename: string }
);

/** A setting that may be there. */
export interface SettingKey {
  readonly path: string;
  /** Whether more of them may be below it. */
  readonly isTable: boolean;
}

/** A value that differs; absent where there was or is none. */
export interface SettingDifference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What a change of the settings came to. */
export interface SettingsCommit {
  /** The revision now. */
  readonly revision: number;
  /** The one before, to which a rollback leads back. */
  readonly before: number;
  readonly changes: readonly SettingDifference[];
  /** What was changed by now and holds only after a restart. */
  readonly pendingRestart: readonly string[];
  readonly dryRun: boolean;
}

/** All settings. `{ redacted: true }` stands for a secret, and keeps it when it is sent back. */
export interface SettingsReport {
  /** The file that is written. */
  readonly file: string;
  readonly revision: number;
  /** With defaults, and whole paths. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What is in the files. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Of what is written, by path: in which file, and on which line. */
  readonly origins: Readonly<
    Record<string, { readonly kind: string; readonly file?: string; readonly line?: number }>
  >;
  readonly pendingRestart: readonly string[];
  /** Why nothing can be written; absent when it can. */
  readonly readOnly?: string;
  /** What happened to the files. */
  readonly notices: readonly { readonly message: string; readonly at: number }[];
}

/** One change of the settings. */
export interface SettingsRevision {
  readonly revision: number;
  /** ms since 1970. */
  readonly at: number;
  readonly by: string;
  readonly why?: string;
  readonly keys: readonly string[];
  /** Whether it can be compared and rolled back to. */
  readonly isKept: boolean;
}

/** What differs between two revisions, by value and as `diff -u` shows it. */
export interface SettingsDiff {
  readonly changes: readonly SettingDifference[];
  readonly text: string;
}
