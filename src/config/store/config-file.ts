import { hasCode } from '../../kernel/index.ts';
import type { Clock, SignalboxError } from '../../kernel/index.ts';
import type { Disk } from './disk.ts';
import { FileFinder } from './file-finder.ts';
import type { Bad, Former, Found } from './file-finder.ts';
import type { Layers } from './layers.ts';
import { isOld, migrateFile } from './migrate-file.ts';
import type { Migration } from './migrations.ts';
import type { ConfigNotice, Notify } from './notice.ts';
import { OutsideChanges } from './outside-changes.ts';
import type { ProcessLockWait } from './process-lock.ts';
import { readOnly, Repair } from './repair.ts';
import { RevisionWriter } from './revision-writer.ts';
import type { Step } from './revision-writer.ts';
import { Revisions } from './revisions.ts';
import type { Version, Versions } from './versions.ts';

/** What a file is opened with. */
export interface ConfigFileOptions<T> {
  readonly disk: Disk;
  readonly versions: Versions<T>;
  readonly clock: Clock;
  readonly migrations: readonly Migration[];
  /** Whether a file that was never there, or never good, is an error. */
  readonly mustExist: boolean;
  readonly onNotice: (notice: ConfigNotice) => void;
}

/**
 * The configuration as its files have it: what was read, and what is done with files that were
 * edited, damaged or lost meanwhile. It is looked at and changed only by who holds it.
 */
export class ConfigFile<T> {
  readonly #options: ConfigFileOptions<T>;
  readonly #disk: Disk;
  readonly #notify: Notify;
  readonly #revisions: Revisions;
  readonly #finder: FileFinder;
  readonly #writer: RevisionWriter<T>;
  readonly #outside: OutsideChanges<T>;
  readonly #repair: Repair<T>;
  /** Why the files cannot be written, or be taken as they are. */
  #refusal: SignalboxError | undefined;
  #isHeld = false;
  /** Whether what is in memory was ever in the file: mere defaults are never written over anything. */
  #isGood = true;

  constructor(options: ConfigFileOptions<T>) {
    const { disk, clock, versions, mustExist } = options;
    this.#options = options;
    this.#disk = disk;
    const notify: Notify = (notice) => options.onNotice({ ...notice, at: clock.now() });
    const revisions = new Revisions(disk, clock, notify);
    const writer = new RevisionWriter<T>({ disk, clock, revisions, notify });
    this.#notify = notify;
    this.#revisions = revisions;
    this.#writer = writer;
    this.#finder = new FileFinder({ disk, clock, mustExist });
    this.#outside = new OutsideChanges({ disk, versions, revisions, writer });
    this.#repair = new Repair({ disk, versions, revisions, writer, mustExist });
  }

  get layers(): Layers {
    return this.#writer.layers;
  }

  get current(): Version<T> {
    return this.#writer.current;
  }

  /** The text of the newest revision. */
  get text(): string {
    return this.#writer.text;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether the files have to be read again before anything is made of them. */
  get isUnsure(): boolean {
    return this.#writer.isUnsure;
  }

  /** Why nothing can be written now; undefined when it can. */
  get refusal(): SignalboxError | undefined {
    return this.#refusal;
  }

  /** Higher than any revision that there ever was. @param after one that is not written yet */
  nextRevision(after = 0): number {
    return this.#revisions.next(this.#writer.revision, after);
  }

  /**
   * Reads the files for the first time, and repairs what has to be.
   * @throws CONFIG_INVALID, CONFIG_UNREADABLE, CONFIG_VERSION, WAIT_TIMEOUT
   */
  async open(wait: ProcessLockWait): Promise<void> {
    await this.#revisions.read();
    let found = await this.#finder.find(this.#former);
    if (!this.#isKnown(found)) {
      await this.#tryHold(wait);
      await this.#revisions.read();
      if (this.#isHeld) await this.#revisions.renew();
      found = await this.#finder.findSettled(this.#former);
    }
    try {
      if (found.layers === undefined) await this.#repairFirst(found);
      else if (isOld(found.layers, this.#options.versions.newest))
        await this.#migrate(found.layers);
      else await this.#takeFirst(found.layers);
    } finally {
      this.release();
    }
  }

  /** Keeps others from changing the files, and takes in what they did. Gives what that was. */
  async hold(wait: ProcessLockWait): Promise<readonly Step<T>[]> {
    await this.#disk.acquire(wait);
    this.#isHeld = true;
    try {
      const steps = await this.refresh();
      await this.#revisions.renew();
      return steps;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  release(): void {
    if (this.#isHeld) this.#disk.release();
    this.#isHeld = false;
  }

  /** Takes in what others did to the files since they were read. @param isForced also new files that a pattern includes */
  async refresh(isForced = false): Promise<readonly Step<T>[]> {
    const before = this.current;
    const isSure = !isForced && this.#refusal === undefined && !this.isUnsure;
    if (isSure && (await this.#disk.reader.isCurrent(this.layers))) return [];
    await this.#disk.journal.refresh();
    const found = await this.#finder.findSettled(this.#former);
    this.#writer.reread();
    if (found.layers === undefined) return await this.#putBack(found, before);
    try {
      return await this.#takeChange(found.layers, before);
    } catch (error) {
      if (!hasCode(error, 'CONFIG_INVALID', 'CONFIG_VERSION')) throw error;
      this.#refuse(error as SignalboxError, 'invalid');
      return [];
    }
  }

  /** Writes steps that follow each other, all at once. @throws as {@link Disk.replace} */
  async write(steps: readonly Step<T>[]): Promise<void> {
    await this.#writer.write(steps);
  }

  /** Keeps a copy of the newest revision, unless there is one. */
  async backUp(): Promise<void> {
    await this.#writer.backUp();
  }

  get #former(): Former {
    const { isOpen } = this.#writer;
    const layers = isOpen ? this.layers : undefined;
    return { layers, hadFile: isOpen || this.#revisions.highest > 0 };
  }

  async #tryHold(wait: ProcessLockWait): Promise<void> {
    try {
      await this.#disk.acquire(wait);
      this.#isHeld = true;
    } catch (error) {
      // Where nothing can be written, what is good can still be read.
      if (!hasCode(error, 'CONFIG_WRITE_FAILED')) throw error;
    }
  }

  /** Whether what was found can be taken as it is, without a look at what others do. */
  #isKnown({ layers }: Found): boolean {
    if (layers === undefined || isOld(layers, this.#options.versions.newest)) return false;
    if (this.#disk.journal.isWorn) return false;
    return this.#revisions.highest === 0 || this.#revisions.entryOf(layers, 0) !== undefined;
  }

  async #takeFirst(layers: Layers): Promise<void> {
    const known = this.#revisions.entryOf(layers, 0);
    const { highest } = this.#revisions;
    // Without a journal, what is found is the first revision.
    const version = this.#options.versions.found(layers, known?.revision ?? highest + 1);
    this.#writer.take(version);
    if (known !== undefined || highest === 0) return;
    await this.#outside.noteHandEdit(version, [], this.#isHeld);
  }

  async #migrate(layers: Layers): Promise<void> {
    await migrateFile(layers, {
      ...this.#options,
      revisions: this.#revisions,
      writer: this.#writer,
      notify: this.#notify,
    });
  }

  async #repairFirst(found: Bad): Promise<void> {
    const repaired = await this.#repair.atStart(found);
    if (repaired.entry !== undefined) {
      this.#notify(repaired.notice);
      return;
    }
    this.#isGood = repaired.isGood;
    this.#refuse(repaired.refusal, 'read-only');
  }

  async #takeChange(layers: Layers, before: Version<T>): Promise<readonly Step<T>[]> {
    const step = await this.#outside.step(layers, this.#isHeld);
    this.#refusal = undefined;
    this.#writer.take(step?.version ?? { ...before, layers });
    if (step === undefined) return [];
    this.#isGood = true;
    return [step];
  }

  async #putBack(found: Bad, before: Version<T>): Promise<readonly Step<T>[]> {
    if (!this.#isHeld || !this.#isGood) {
      this.#refuse(readOnly(this.#disk.path, found.error), 'unreadable');
      return [];
    }
    const repaired = await this.#repair.putBack(found);
    if (repaired.entry === undefined) {
      this.#refuse(repaired.refusal, 'read-only');
      return [];
    }
    this.#refusal = undefined;
    this.#notify(repaired.notice);
    return [{ version: this.current, before, entry: repaired.entry }];
  }

  #refuse(error: SignalboxError, kind: ConfigNotice['kind']): void {
    const isNew = this.#refusal?.message !== error.message;
    this.#refusal = error;
    if (isNew) this.#notify({ kind, message: error.message });
  }
}
