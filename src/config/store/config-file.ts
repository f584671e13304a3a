import { hasCode, isSignalboxError, SignalboxError, sleep } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { TomlFile } from '../toml/toml-file.ts';
import type { Disk, Place } from './disk.ts';
import type { JournalEntry } from './journal.ts';
import { layerOf, withTarget } from './layers.ts';
import type { Layer, Layers } from './layers.ts';
import { checkVersion, migrated, versionOf } from './migrations.ts';
import type { Migration } from './migrations.ts';
import type { ConfigNotice } from './notice.ts';
import { placeInJournal } from './place-in-journal.ts';
import type { ProcessLockWait } from './process-lock.ts';
import { sha256 } from './sha256.ts';
import { suspicionOf } from './suspicion.ts';
import { changedKeys } from './table.ts';
import { userName } from './user-name.ts';
import type { Table } from './table.ts';
import type { Version, Versions } from './versions.ts';

/** What a file is opened with. */
export interface ConfigFileOptions<T> {
  readonly disk: Disk;
  readonly versions: Versions<T>;
  readonly clock: Clock;
  /** The newest version of the file that the schema is for. */
  readonly version: number;
  readonly migrations: readonly Migration[];
  /** Whether a file that was never there, or never good, is an error. */
  readonly mustExist: boolean;
  readonly onNotice: (notice: ConfigNotice) => void;
}

/** A version that came about, and what the history says of it. */
export interface Step<T> {
  readonly version: Version<T>;
  readonly before: Version<T>;
  readonly entry: JournalEntry;
  /** A whole text that it is, where it is not made of the one before. */
  readonly text?: string | undefined;
}

/** A file that an editor is just writing is looked at again: so often, after so long each time. */
const looksMost = 6;
const lookAgainMs = 50;

/**
 * The configuration as its files have it: what was read, and what is done with files that were
 * edited, damaged or lost meanwhile. It is looked at and changed only by who holds it.
 */
export class ConfigFile<T> {
  readonly #options: ConfigFileOptions<T>;
  readonly #disk: Disk;
  #layers: Layers | undefined;
  #current: Version<T> | undefined;
  /** Revisions that a crash or an error kept from the file, and that the journal still names. */
  #undone: readonly [number, number] | undefined;
  /** Why the files cannot be written, or be taken as they are. */
  #refusal: SignalboxError | undefined;
  #isHeld = false;
  /** Whether what is in memory was ever in the file: mere defaults are never written over anything. */
  #isGood = true;
  /** The highest revision of which there was a copy at the start: it was in the file. */
  #copied = 0;
  /** The highest revision that anything tells of. */
  #highest = 0;
  /** After a write that failed, what the files are is not known until they are read again. */
  #isUnsure = false;

  constructor(options: ConfigFileOptions<T>) {
    this.#options = options;
    this.#disk = options.disk;
  }

  get layers(): Layers {
    if (this.#layers === undefined) throw notOpen();
    return this.#layers;
  }

  get current(): Version<T> {
    if (this.#current === undefined) throw notOpen();
    return this.#current;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether the files have to be read again before anything is made of them. */
  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** Why nothing can be written now; undefined when it can. */
  get refusal(): SignalboxError | undefined {
    return this.#refusal;
  }

  /** Higher than any revision that there ever was. @param after one that is not written yet */
  nextRevision(after = 0): number {
    const current = this.#current?.snapshot.revision ?? 0;
    return Math.max(after, current, this.#highest, this.#disk.journal.highest) + 1;
  }

  /**
   * Reads the files for the first time, and repairs what has to be.
   * @throws CONFIG_INVALID, CONFIG_UNREADABLE, CONFIG_VERSION, WAIT_TIMEOUT
   */
  async open(wait: ProcessLockWait): Promise<void> {
    await this.#readJournal();
    let found = await this.#find();
    if (!this.#isKnown(found)) {
      await this.#tryHold(wait);
      await this.#readJournal();
      await this.#renewJournal();
      found = await this.#findSettled();
    }
    try {
      if (found.layers === undefined) await this.#repair(found);
      else if (this.#isOld(found.layers)) await this.#migrate(found.layers);
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
      // Others may have tried in vain, which the file does not show: their numbers are given away.
      await this.#disk.journal.refresh();
      const steps = await this.refresh();
      await this.#renewJournal();
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
    const isSure = !isForced && this.#refusal === undefined && !this.#isUnsure;
    if (isSure && (await this.#disk.reader.isCurrent(this.layers))) return [];
    await this.#disk.journal.refresh();
    const found = await this.#findSettled();
    this.#isUnsure = false;
    if (found.layers === undefined) return await this.#putBack(found);
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
    const last = steps.at(-1);
    if (last === undefined) return;
    const { target } = this.layers;
    const { layers: around } = last.version;
    const text = steps.findLast((step) => step.text !== undefined)?.text;
    const base = text === undefined ? target.toml : TomlFile.parse(text, target.path);
    const { file: toml, removedComments } = base.edit(last.version.target);
    const bytes = Buffer.from(toml.text);
    const entries = steps.map(({ entry }) => entry);
    entries.push({
      ...(entries.pop() ?? last.entry),
      sha256: sha256(bytes),
      size: bytes.length,
      below: around.below,
      ...(removedComments.length === 0 ? {} : { removedComments }),
    });
    await this.#keepFirst();
    const place = placeOf(target);
    try {
      await this.#replace(place, toml, bytes, [...this.#pendingEntries(), ...entries], around);
    } catch (error) {
      this.#isUnsure = true;
      throw error;
    }
    this.#undone = undefined;
    this.#current = last.version;
  }

  /** The text of the newest revision. */
  get text(): string {
    return this.layers.target.toml.text;
  }

  async #replace(
    place: Place,
    toml: TomlFile,
    bytes: Uint8Array,
    entries: readonly JournalEntry[],
    around = this.layers,
  ): Promise<void> {
    const { target } = this.layers;
    const stat = await this.#disk.replace(place, bytes, entries);
    const written = layerOf(target.kind, target.path, bytes, stat, toml);
    this.#disk.reader.wrote(written);
    this.#layers = withTarget(around, written);
  }

  /** What the journal has to say before anything else. */
  #pendingEntries(): JournalEntry[] {
    const entries: JournalEntry[] = [];
    if (!this.#disk.journal.exists) entries.push(this.#foundEntry());
    if (this.#undone !== undefined) {
      const { revision } = this.current.snapshot;
      const why = 'never reached the file';
      entries.push({ ...this.#entry(revision, { by: 'signalbox', why }), undone: this.#undone });
    }
    return entries;
  }

  #foundEntry(): JournalEntry {
    const { target, below } = this.layers;
    const { revision } = this.current.snapshot;
    return {
      ...this.#entry(revision, { by: 'signalbox', why: 'as it was found' }),
      sha256: target.sha256,
      size: target.size,
      below,
    };
  }

  #entry(
    revision: number,
    { by, why, keys = [] }: { by: string; why?: string; keys?: readonly string[] },
  ): JournalEntry {
    return { revision, at: this.#options.clock.now(), by, why, keys };
  }

  /** Before the first change there is no copy of what it changes. */
  async #keepFirst(): Promise<void> {
    const { target } = this.layers;
    if (this.#disk.journal.exists || target.stamp === '') return;
    await this.#keep(this.current.snapshot.revision, Buffer.from(target.toml.text));
  }

  async #keep(revision: number, bytes: Uint8Array): Promise<void> {
    try {
      await this.#disk.backups.write(revision, this.#options.clock.now(), bytes);
    } catch (error) {
      const message = `no copy of revision ${revision} could be kept: ${String(error)}`;
      this.#notice({ kind: 'backup-failed', message });
    }
  }

  /** Keeps a copy of the newest revision, unless there is one. */
  async backUp(): Promise<void> {
    const { journal } = this.#disk;
    if (!journal.exists || this.layers.target.stamp === '') return;
    await this.#keep(this.current.snapshot.revision, Buffer.from(this.text));
  }

  async #readJournal(): Promise<void> {
    try {
      await this.#disk.journal.refresh();
    } catch (error) {
      // Without it the file still is what it is.
      this.#notice({ kind: 'journal-damaged', message: `no journal: ${String(error)}` });
    }
    const [newest] = await this.#disk.backups.list().catch(() => []);
    this.#copied = newest?.revision ?? 0;
    this.#highest = Math.max(this.#disk.journal.highest, this.#copied);
  }

  /** A journal that is damaged or too long is written anew; of a damaged one a copy is kept. */
  async #renewJournal(): Promise<void> {
    const { journal, files } = this.#disk;
    if (!this.#isHeld || !journal.isWorn) return;
    const { damaged, path } = journal;
    try {
      if (damaged > 0) {
        const setAside = await this.#disk.setAside(await files.readFile(path), 'journal');
        const message = `${damaged} lines of ${path} were damaged; a copy is in ${setAside}`;
        this.#notice({ kind: 'journal-damaged', message, setAside });
      }
      await journal.rewrite();
    } catch (error) {
      // The lines that are whole are read as before.
      const message = `${path} could not be written anew: ${String(error)}`;
      this.#notice({ kind: 'journal-damaged', message });
      await journal.refresh();
    }
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

  #isOld({ all }: Layers): boolean {
    const main = all.find(({ kind }) => kind === 'main');
    return main !== undefined && versionOf(main) < this.#options.version;
  }

  /** Whether what was found can be taken as it is, without a look at what others do. */
  #isKnown({ layers }: Found): boolean {
    if (layers === undefined || this.#isOld(layers) || this.#disk.journal.isWorn) return false;
    return this.#highest === 0 || this.#entryOf(layers) !== undefined;
  }

  async #takeFirst(layers: Layers): Promise<void> {
    const known = this.#entryOf(layers);
    // Without a journal, what is found is the first revision.
    const revision = known?.revision ?? this.#highest + 1;
    const version = this.versionOf(layers, revision);
    this.#accept(layers, version);
    if (known === undefined && this.#highest > 0) await this.#noteHandEdit(layers, version, []);
  }

  /** @throws CONFIG_INVALID, with lines; CONFIG_VERSION when the main file is of a newer version */
  versionOf(layers: Layers, revision: number): Version<T> {
    checkVersion(layers, this.#options.version);
    return this.#options.versions.of(layers, revision);
  }

  #accept(layers: Layers, version: Version<T>): void {
    this.#isGood = true;
    this.#layers = layers;
    this.#current = version;
    this.#refusal = undefined;
  }

  /** The entry of what the files are; undefined when the journal knows of none. */
  #entryOf(layers: Layers): JournalEntry | undefined {
    const { entries } = this.#disk.journal;
    const seen = Math.max(this.#current?.snapshot.revision ?? 0, this.#copied);
    const { entry, undone } = placeInJournal(layers, entries, seen);
    this.#undone = undone;
    return entry;
  }

  async #takeChange(layers: Layers, before: Version<T>): Promise<readonly Step<T>[]> {
    const known = this.#entryOf(layers);
    const isSame =
      layers.target.sha256 === this.layers.target.sha256 && layers.below === this.layers.below;
    const { revision } = before.snapshot;
    if (isSame && (known === undefined || known.revision === revision)) {
      this.#layers = layers;
      this.#current = { ...before, layers };
      this.#refusal = undefined;
      return [];
    }
    if (known !== undefined && known.revision > revision) {
      const version = this.versionOf(layers, known.revision);
      this.#accept(layers, version);
      return [{ version, before, entry: known }];
    }
    const version = this.versionOf(layers, this.nextRevision());
    const keys = changedKeys(before.merged, version.merged);
    await this.#keepFirst();
    const entry = await this.#noteHandEdit(layers, version, keys);
    this.#accept(layers, version);
    return [{ version, before, entry }];
  }

  /** Who edits by hand asks for no lock and makes no copy: both is done afterwards. */
  async #noteHandEdit(
    layers: Layers,
    { snapshot: { revision } }: Version<T>,
    keys: readonly string[],
  ): Promise<JournalEntry> {
    const { target, below } = layers;
    const entry: JournalEntry = {
      ...this.#entry(revision, { by: await this.#editor(layers), keys }),
      sha256: target.sha256,
      size: target.size,
      below,
    };
    // Where nothing can be written it is taken nevertheless.
    if (!this.#isHeld) return entry;
    await this.#disk.note([...this.#pendingEntries(), entry]);
    this.#undone = undefined;
    if (target.stamp !== '') await this.#keep(revision, Buffer.from(target.toml.text));
    return entry;
  }

  /** Who edited by hand: whose file it is. */
  async #editor({ target }: Layers): Promise<string> {
    const stat = await this.#disk.files.stat(target.path).catch(() => undefined);
    if (stat === undefined) return 'hand edit';
    return `hand edit (${stat.uid === process.getuid?.() ? userName() : `user ${stat.uid}`})`;
  }

  /** Reads the files; where the one that is written is no good, says why. */
  async #find(): Promise<Found> {
    try {
      const layers = await this.#disk.reader.read();
      const suspicion = await this.#suspicion(layers);
      return suspicion === undefined ? { layers } : { error: suspicion };
    } catch (error) {
      if (!hasCode(error, 'CONFIG_UNREADABLE')) throw error;
      const { details } = error as SignalboxError;
      if (details['path'] !== this.#disk.path) throw error;
      if (details['reason'] === undefined) return { error: error as SignalboxError };
      if (details['reason'] !== 'ENOENT') throw error;
      if (this.#hadFile()) return { error: error as SignalboxError };
      if (this.#options.mustExist) throw error;
      return { layers: await this.#disk.reader.readWith(new Uint8Array(), undefined) };
    }
  }

  /** A file that is not there is a loss only where there was one. */
  #hadFile(): boolean {
    return this.#current !== undefined || this.#highest > 0;
  }

  /** While an editor writes, a file is empty or half: it is given the time to be whole. */
  async #findSettled(): Promise<Found> {
    let found = await this.#find();
    for (let looks = 1; found.layers === undefined && looks < looksMost; looks += 1) {
      await sleep(this.#options.clock, lookAgainMs);
      found = await this.#find();
    }
    return found;
  }

  /** Why a file that reads well is not taken for an edit. */
  async #suspicion({ target }: Layers): Promise<SignalboxError | undefined> {
    const entry = this.#disk.journal.entries.findLast(({ size }) => size !== undefined);
    if (target.sha256 === entry?.sha256) return undefined;
    return await suspicionOf(target, {
      size: this.#layers?.target.size ?? entry?.size ?? 0,
      text: async () => this.#layers?.target.toml.text ?? (await this.#newestCopy()),
    });
  }

  async #newestCopy(): Promise<string | undefined> {
    const [newest] = await this.#disk.backups.list().catch(() => []);
    const bytes = newest === undefined ? undefined : await this.#disk.backups.read(newest);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }

  /** At start: the newest copy that is good, or else the defaults, which are not written. */
  async #repair({ error }: Bad): Promise<void> {
    // Whoever writes a file for the first time wants to hear what is wrong with it, and nothing is lost.
    if (this.#options.mustExist && this.#highest === 0) throw error;
    const place = await this.#disk.look();
    const revision = this.nextRevision();
    for (const copy of await this.#disk.backups.list().catch(() => [])) {
      const bytes = await this.#disk.backups.read(copy);
      const layers = bytes === undefined ? undefined : await this.#layersWith(bytes, place);
      if (bytes === undefined || layers === undefined) continue;
      try {
        this.#accept(layers, this.versionOf(layers, revision));
      } catch (invalid) {
        if (isSignalboxError(invalid)) continue;
        throw invalid;
      }
      await this.#restore(place, error, `revision ${copy.revision}`, revision);
      return;
    }
    const layers = await this.#layersWith(new Uint8Array(), place);
    if (layers === undefined) throw error;
    try {
      this.#accept(layers, this.versionOf(layers, Math.max(1, revision - 1)));
    } catch {
      // A schema without safe defaults leaves nothing to run with.
      throw error;
    }
    this.#isGood = false;
    this.#refuse(readOnly(this.#disk.path, error), 'read-only');
  }

  async #layersWith(bytes: Uint8Array, { like }: Place): Promise<Layers | undefined> {
    try {
      return await this.#disk.reader.readWith(bytes, like);
    } catch (error) {
      if (isSignalboxError(error)) return undefined;
      throw error;
    }
  }

  /** While running: what is in memory goes back into the file. */
  async #putBack({ error }: Bad): Promise<readonly Step<T>[]> {
    if (!this.#isHeld || !this.#isGood) {
      this.#refuse(readOnly(this.#disk.path, error), 'unreadable');
      return [];
    }
    const before = this.current;
    const revision = this.nextRevision();
    const place = await this.#disk.look();
    const version = this.#options.versions.of(this.layers, revision);
    const entry = await this.#restore(place, error, 'what is in memory', revision);
    if (entry === undefined) return [];
    this.#current = version;
    return [{ version, before, entry }];
  }

  /** Keeps what is in the place of the file, then writes what is good. */
  async #restore(
    place: Place,
    error: SignalboxError,
    what: string,
    revision: number,
  ): Promise<JournalEntry | undefined> {
    const { toml } = this.layers.target;
    const bytes = Buffer.from(toml.text);
    const why = `restored ${what}: ${error.message}`;
    const { below } = this.layers;
    const entry: JournalEntry = {
      ...this.#entry(revision, { by: 'signalbox', why }),
      sha256: sha256(bytes),
      size: bytes.length,
      below,
    };
    try {
      const isThere = place.stamp !== '';
      const setAside = isThere ? await this.#disk.setAside(place.bytes) : undefined;
      await this.#replace(place, toml, bytes, [entry]);
      this.#undone = undefined;
      this.#refusal = undefined;
      const kept = setAside === undefined ? '' : `; what was there is in ${setAside}`;
      this.#notice({
        kind: 'restored',
        message: `${error.message}: ${what} was restored${kept}`,
        setAside,
      });
      return entry;
    } catch (failure) {
      if (!isSignalboxError(failure)) throw failure;
      this.#refuse(readOnly(this.#disk.path, error, failure), 'read-only');
      return undefined;
    }
  }

  async #migrate(layers: Layers): Promise<void> {
    const { version, migrations } = this.#options;
    const main = layers.all.find(({ kind }) => kind === 'main');
    if (main === undefined) return;
    const from = versionOf(main);
    if (layers.target !== main) {
      throw new SignalboxError(
        'CONFIG_VERSION',
        `${main.path} is of version ${from}, and only ${layers.target.path} is written here`,
        {
          details: { path: main.path, version: from, newest: version },
          nextStep: 'Start once without an environment: that migrates it.',
        },
      );
    }
    const known = this.#entryOf(layers)?.revision ?? this.#highest + 1;
    const table: Table = { ...migrated(main, version, migrations), version };
    const { file: toml } = main.toml.edit(table);
    const next = withTarget(layers, { ...main, toml });
    const after = this.versionOf(next, Math.max(known, this.#highest) + 1);
    this.#layers = layers;
    const bytes = Buffer.from(toml.text);
    const why = `migrated from version ${from} to ${version}`;
    const entry: JournalEntry = {
      ...this.#entry(after.snapshot.revision, {
        by: 'signalbox',
        why,
        keys: changedKeys(main.toml.value, table),
      }),
      sha256: sha256(bytes),
      size: bytes.length,
      below: layers.below,
    };
    // What cannot be taken back is not done without a copy.
    await this.#disk.backups.write(known, this.#options.clock.now(), Buffer.from(main.toml.text));
    const place = placeOf(main);
    await this.#replace(place, toml, bytes, [entry]);
    this.#current = after;
    this.#notice({ kind: 'migrated', message: `${main.path} was ${why}` });
  }

  #refuse(error: SignalboxError, kind: ConfigNotice['kind']): void {
    const isNew = this.#refusal?.message !== error.message;
    this.#refusal = error;
    if (isNew) this.#notice({ kind, message: error.message });
  }

  #notice(notice: Omit<ConfigNotice, 'at'>): void {
    this.#options.onNotice({ ...notice, at: this.#options.clock.now() });
  }
}

interface Good {
  readonly layers: Layers;
}

interface Bad {
  readonly layers?: undefined;
  readonly error: SignalboxError;
}

type Found = Good | Bad;

function placeOf({ stamp, stat, toml }: Layer): Place {
  return { stamp, bytes: Buffer.from(toml.text), like: stat };
}

function notOpen(): SignalboxError {
  return new SignalboxError('CLOSED', 'the configuration is not open');
}

function readOnly(path: string, why: SignalboxError, cause?: SignalboxError): SignalboxError {
  const reason = cause === undefined ? '' : ` (${cause.message})`;
  return new SignalboxError(
    'CONFIG_READ_ONLY',
    `the configuration is read-only: ${why.message}, and there is nothing good to put in its place${reason}`,
    {
      details: { path },
      nextStep: `Correct ${path}, or put a good copy there: it is noticed.`,
      cause: why,
    },
  );
}
