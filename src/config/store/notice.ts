/** What somebody should know of the files of a configuration. Plain data. */
export interface ConfigNotice {
  readonly kind:
    | 'restored'
    | 'migrated'
    | 'invalid'
    | 'unreadable'
    | 'read-only'
    | 'journal-damaged'
    | 'backup-failed'
    | 'listener-failed';
  /** One line, for people. */
  readonly message: string;
  /** When, ms since 1970. */
  readonly at: number;
  /** Where what was no good is kept. */
  readonly setAside?: string | undefined;
}
