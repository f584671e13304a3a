import type { Clock } from '../../kernel/index.ts';
import type { Disk } from './disk.ts';
import type { JournalEntry } from './journal.ts';
import type { Layers } from './layers.ts';
import type { Notify } from './notice.ts';
import { placeInJournal } from './place-in-journal.ts';

/** Why an entry is made, and of whom. */
interface Reason {
  readonly by: string;
  readonly why?: string;
  readonly keys?: readonly string[];
}

/** Which revision the files are, and which comes next: what the journal and the copies tell. */
export class Revisions {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #notify: Notify;
  /** Revisions that a crash or an error kept from the file, and that the journal still names. */
  #undone: readonly [number, number] | undefined;
  /** The highest revision of which there was a copy at the start: it was in the file. */
  #copied = 0;
  /** The highest revision that anything tells of. */
  #highest = 0;

  constructor(disk: Disk, clock: Clock, notify: Notify) {
    this.#disk = disk;
    this.#clock = clock;
    this.#notify = notify;
  }

  /** The highest that anything told of at the start; 0 when there was none. */
  get highest(): number {
    return this.#highest;
  }

  /** Higher than any revision that there ever was. @param after one that is not written yet */
  next(current: number, after = 0): number {
    return Math.max(after, current, this.#highest, this.#disk.journal.highest) + 1;
  }

  /** Reads what the journal and the copies tell. */
  async read(): Promise<void> {
    try {
      await this.#disk.journal.refresh();
    } catch (error) {
      // Without it the file still is what it is.
      this.#notify({ kind: 'journal-damaged', message: `no journal: ${String(error)}` });
    }
    const [newest] = await this.#disk.backups.list().catch(() => []);
    this.#copied = newest?.revision ?? 0;
    this.#highest = Math.max(this.#disk.journal.highest, this.#copied);
  }

  /** A journal that is damaged or too long is written anew; of a damaged one a copy is kept. Only who holds the files may. */
  async renew(): Promise<void> {
    const { journal, files } = this.#disk;
    if (!journal.isWorn) return;
    const { damaged, path } = journal;
    try {
      if (damaged > 0) {
        const setAside = await this.#disk.setAside(await files.readFile(path), 'journal');
        const message = `${damaged} lines of ${path} were damaged; a copy is in ${setAside}`;
        this.#notify({ kind: 'journal-damaged', message, setAside });
      }
      await journal.rewrite();
    } catch (error) {
      // The lines that are whole are read as before.
      const message = `${path} could not be written anew: ${String(error)}`;
      this.#notify({ kind: 'journal-damaged', message });
      await journal.refresh();
    }
  }

  /**
   * The entry of what the files are; undefined when the journal knows of none.
   * @param current the revision that is known to be in the file; 0 for none
   */
  entryOf(layers: Layers, current: number): JournalEntry | undefined {
    const seen = Math.max(current, this.#copied);
    const { entry, undone } = placeInJournal(layers, this.#disk.journal.entries, seen);
    this.#undone = undone;
    return entry;
  }

  /** A new entry, without what the file is by then. */
  entry(revision: number, { by, why, keys = [] }: Reason): JournalEntry {
    return { revision, at: this.#clock.now(), by, why, keys };
  }

  /** That the journal names revisions which never came about, where it does. */
  undoneEntries(current: number): JournalEntry[] {
    if (this.#undone === undefined) return [];
    const why = 'never reached the file';
    return [{ ...this.entry(current, { by: 'signalbox', why }), undone: this.#undone }];
  }

  /** The journal says by now what the file is. */
  settle(): void {
    this.#undone = undefined;
  }
}
