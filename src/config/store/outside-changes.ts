import type { Disk } from './disk.ts';
import type { JournalEntry } from './journal.ts';
import type { Layers } from './layers.ts';
import type { RevisionWriter, Step } from './revision-writer.ts';
import type { Revisions } from './revisions.ts';
import { changedKeys } from './table.ts';
import { userName } from './user-name.ts';
import type { Version, Versions } from './versions.ts';

export interface OutsideChangesOptions<T> {
  readonly disk: Disk;
  readonly versions: Versions<T>;
  readonly revisions: Revisions;
  readonly writer: RevisionWriter<T>;
}

/** Tells what other processes and people with an editor did to the files. */
export class OutsideChanges<T> {
  readonly #disk: Disk;
  readonly #versions: Versions<T>;
  readonly #revisions: Revisions;
  readonly #writer: RevisionWriter<T>;

  constructor({ disk, versions, revisions, writer }: OutsideChangesOptions<T>) {
    this.#disk = disk;
    this.#versions = versions;
    this.#revisions = revisions;
    this.#writer = writer;
  }

  /**
   * What became of the newest revision; undefined when the files still say the same. A hand edit is
   * written down as a revision of its own.
   * @param isHeld whether anything can be written down
   * @throws CONFIG_INVALID, with lines; CONFIG_VERSION; CONFIG_WRITE_FAILED
   */
  async step(layers: Layers, isHeld: boolean): Promise<Step<T> | undefined> {
    const { current: before, layers: former } = this.#writer;
    const { revision } = before.snapshot;
    const known = this.#revisions.entryOf(layers, revision);
    const isSame = layers.target.sha256 === former.target.sha256 && layers.below === former.below;
    if (isSame && (known === undefined || known.revision === revision)) return undefined;
    if (known !== undefined && known.revision > revision) {
      return { version: this.#versions.found(layers, known.revision), before, entry: known };
    }
    const version = this.#versions.found(layers, this.#revisions.next(revision));
    const keys = changedKeys(before.merged, version.merged);
    await this.#writer.keepFirst();
    return { version, before, entry: await this.noteHandEdit(version, keys, isHeld) };
  }

  /** Who edits by hand asks for no lock and makes no copy: both is done afterwards. */
  async noteHandEdit(
    { snapshot: { revision }, layers }: Version<T>,
    keys: readonly string[],
    isHeld: boolean,
  ): Promise<JournalEntry> {
    const { target, below } = layers;
    const entry: JournalEntry = {
      ...this.#revisions.entry(revision, { by: await this.#editor(layers), keys }),
      sha256: target.sha256,
      size: target.size,
      below,
    };
    // Where nothing can be written it is taken nevertheless.
    if (isHeld) await this.#writer.note(entry, layers);
    return entry;
  }

  /** Who edited by hand: whose file it is. */
  async #editor({ target }: Layers): Promise<string> {
    const stat = await this.#disk.files.stat(target.path).catch(() => undefined);
    if (stat === undefined) return 'hand edit';
    return `hand edit (${stat.uid === process.getuid?.() ? userName() : `user ${stat.uid}`})`;
  }
}
