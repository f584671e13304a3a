import { basename } from 'node:path';
import { SignalboxError } from '../../kernel/index.ts';
import { TomlFile } from '../toml/toml-file.ts';
import type { Disk } from './disk.ts';
import type { JournalEntry } from './journal.ts';
import type { ConfigDifference } from './options.ts';
import type { ConfigRevision } from './revision.ts';
import { changedKeys, keyPath, valueAt } from './table.ts';
import { textDiff } from './text-diff.ts';

/** The newest revision, whose copy may not be made yet. */
interface Present {
  readonly revision: number;
  readonly text: string;
}

/** So many keys of a conflict are named. */
const conflictKeysMost = 20;

/** What the journal and the copies tell of earlier revisions. */
export class History {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The newest first. */
  async list(
    { limit = 100, before = Infinity }: { limit?: number | undefined; before?: number | undefined },
    present: Present,
  ): Promise<readonly ConfigRevision[]> {
    await this.#disk.journal.refresh();
    const copies = await this.#disk.backups.list();
    const kept = new Set([present.revision, ...copies.map(({ revision }) => revision)]);
    return this.#entries()
      .filter(({ revision }) => revision < before && revision <= present.revision)
      .slice(-limit)
      .toReversed()
      .map(({ revision, at, by, why, keys, removedComments }) => ({
        revision,
        at,
        by,
        why,
        keys,
        ...(removedComments === undefined ? {} : { removedComments }),
        isKept: kept.has(revision),
      }));
  }

  /** What the file said at a revision. @throws NOT_FOUND */
  async text(revision: number, present: Present): Promise<string> {
    if (revision === present.revision) return present.text;
    const bytes = await this.#disk.backups.find(revision);
    if (bytes !== undefined) return Buffer.from(bytes).toString('utf8');
    const copies = await this.#disk.backups.list();
    const kept = copies.map((copy) => copy.revision);
    const nearest = kept
      .toSorted((one, other) => Math.abs(one - revision) - Math.abs(other - revision))
      .slice(0, 3);
    throw new SignalboxError(
      'NOT_FOUND',
      `revision ${revision} of ${this.#disk.path} is not kept`,
      {
        details: { revision, kept },
        nextStep:
          nearest.length === 0
            ? 'Nothing is kept yet.'
            : `Take one that is: ${nearest.join(', ')}.`,
      },
    );
  }

  /** @param shown what of a whole text is shown */
  async diff(
    before: number,
    after: number,
    present: Present,
    shown: (text: string) => string,
  ): Promise<ConfigDifference> {
    const one = await this.text(before, present);
    const other = await this.text(after, present);
    const was = TomlFile.parse(one, `revision ${before}`).value;
    const is = TomlFile.parse(other, `revision ${after}`).value;
    const name = basename(this.#disk.path);
    return {
      keys: changedKeys(was, is).map((key) => ({
        key,
        before: valueAt(was, keyPath(key)),
        after: valueAt(is, keyPath(key)),
      })),
      text: textDiff(shown(one), shown(other), {
        before: `${name} (revision ${before})`,
        after: `${name} (revision ${after})`,
      }),
    };
  }

  /** Why a change is not based on the newest revision: who changed what since. */
  conflict(revision: number, expectedRevision: number): SignalboxError {
    const since = this.#entries().filter((each) => each.revision > expectedRevision);
    const last = since.at(-1);
    const keys = [...new Set(since.flatMap((each) => each.keys))].slice(0, conflictKeysMost);
    const who = last === undefined ? '' : `, made by ${last.by}`;
    const what = keys.length === 0 ? '' : `; since then ${keys.join(', ')} changed`;
    return new SignalboxError(
      'CONFIG_CONFLICT',
      `${this.#disk.path} is at revision ${revision}${who}, not at ${expectedRevision}${what}`,
      {
        details: {
          path: this.#disk.path,
          revision,
          expectedRevision,
          keys,
          ...(last === undefined ? {} : { by: last.by, at: last.at }),
        },
      },
    );
  }

  /** Without what never came about. */
  #entries(): JournalEntry[] {
    const { entries } = this.#disk.journal;
    const undone = entries.flatMap((each) => (each.undone === undefined ? [] : [each.undone]));
    return entries.filter(
      ({ revision, ...each }) =>
        each.undone === undefined &&
        !undone.some(([first, last]) => revision >= first && revision <= last),
    );
  }
}
