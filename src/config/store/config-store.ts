import { AsyncLocalStorage } from 'node:async_hooks';
import { dirname, resolve } from 'node:path';
import { userInfo } from 'node:os';
import { Emitter, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { Agent, currentAgent, ReadWriteLock, unnamedOwner } from '../../locks/index.ts';
import { check, layerAt } from './check.ts';
import type { Shape } from './check.ts';
import { ConfigSnapshot } from './config-snapshot.ts';
import { Disk } from './disk.ts';
import { isMissing } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import { sha256 } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { mergedValue } from './layers.ts';
import type { Layers } from './layers.ts';
import { nodeFileSystem } from './node-file-system.ts';
import type { ConfigRevision } from './revision.ts';
import {
  changedKeys,
  editsBetween,
  formatPath,
  isTable,
  reconciled,
  valueAt,
  withValue,
} from './table.ts';
import type { KeyPath, Table } from './table.ts';
import { Draft } from './transaction.ts';
import type { ConfigTransaction } from './transaction.ts';

/** How a configuration is kept. */
export interface ConfigStoreOptions<T> extends Shape<T> {
  /** Writes go to an overlay of this name: `lab.test.toml` over `lab.toml`. @default none */
  readonly environment?: string | undefined;
  /** The newest version of the file that the schema is for: its `version`. @default 1 */
  readonly version?: number | undefined;
  /** Who changes it, where a transaction does not say. @default the user of this process */
  readonly by?: string | undefined;
  readonly clock?: Clock | undefined;
  /** @default the machine's */
  readonly files?: FileSystem | undefined;
}

export interface ChangeOptions {
  /** Who, for the history. @default `by` of the store */
  readonly by?: string | undefined;
  /** Why, for the history. */
  readonly why?: string | undefined;
  /** Refuses with CONFIG_CONFLICT unless this is the newest revision. */
  readonly expectedRevision?: number | undefined;
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

/** A wait for other writers ends after so long unless told otherwise. */
export const changeTimeoutMs = 30_000;

interface Events<T> {
  change: ConfigChange<T>;
}

/** What the configuration is at one point of its history. */
interface Version<T> {
  readonly snapshot: ConfigSnapshot<T>;
  /** The file that is written, as it will be. */
  readonly target: Table;
  readonly merged: Table;
}

/** A transaction that waits to be written. */
interface Pending<T> {
  readonly version: Version<T>;
  readonly before: Version<T>;
  readonly entry: JournalEntry;
  readonly written: PromiseWithResolvers<void>;
}

interface Running {
  readonly store: object;
  readonly draft: Draft<unknown>;
  /** The last nested part begun at this level: the next waits for it. */
  last: Promise<unknown>;
}

const running = new AsyncLocalStorage<Running>();

/**
 * A configuration in a TOML file that many change at once, and nobody loses anything: tasks of this
 * process, other processes, and people with an editor.
 */
export class ConfigStore<T> implements AsyncDisposable {
  /** The main file. */
  readonly path: string;
  readonly #shape: Shape<T> & { readonly version?: number | undefined };
  readonly #clock: Clock;
  readonly #by: string;
  readonly #disk: Disk;
  readonly #lock: ReadWriteLock;
  readonly #events: Emitter<Events<T>>;
  #layers: Layers;
  /** What is on the disk: all that anybody sees. */
  #durable: Version<T>;
  /** What the next transaction goes on from. */
  #staged: Version<T>;
  #pending: Pending<T>[] = [];
  #flushing: Promise<void> | undefined;
  /** Raised when a write failed: what was staged before is gone. */
  #epoch = 0;
  #failure: unknown;
  #isHeld = false;
  #inside = 0;
  #isClosed = false;

  private constructor(
    path: string,
    disk: Disk,
    layers: Layers,
    revision: number,
    options: ConfigStoreOptions<T>,
  ) {
    this.path = path;
    this.#shape = options;
    this.#clock = options.clock ?? systemClock;
    this.#by = options.by ?? userInfo().username;
    this.#disk = disk;
    this.#lock = new ReadWriteLock({ name: `the configuration ${path}`, clock: this.#clock });
    this.#events = new Emitter<Events<T>>();
    this.#layers = layers;
    this.#durable = this.#versionOf(layers, revision);
    this.#staged = this.#durable;
  }

  /**
   * Opens a configuration.
   * @param path the main file
   * @throws CONFIG_UNREADABLE, CONFIG_INVALID
   */
  static async open<T>(path: string, options: ConfigStoreOptions<T>): Promise<ConfigStore<T>> {
    const files = options.files ?? nodeFileSystem;
    const real = await realPathOf(resolve(path), files);
    const disk = new Disk(real, {
      environment: options.environment,
      files,
      clock: options.clock ?? systemClock,
      holder: `process ${process.pid}`,
    });
    await disk.journal.refresh();
    const layers = await disk.reader.read();
    const revision = Math.max(1, disk.journal.highest);
    return new ConfigStore(real, disk, layers, revision, options);
  }

  /** The newest revision that is on the disk. */
  get snapshot(): ConfigSnapshot<T> {
    return this.#durable.snapshot;
  }

  get revision(): number {
    return this.#durable.snapshot.revision;
  }

  /** The whole configuration. Frozen. */
  get value(): T {
    return this.#durable.snapshot.value;
  }

  /** One value: `config.get('ports.bus.baudRate')`. @throws BAD_ARGUMENT */
  get(path: string | KeyPath): unknown {
    return this.#durable.snapshot.get(path);
  }

  /** Sets one value, in a transaction of its own. */
  async set(
    path: string | KeyPath,
    value: unknown,
    options?: ChangeOptions,
  ): Promise<ConfigCommit<void>> {
    return await this.transaction((tx) => tx.set(path, value), options);
  }

  /** Takes one value away, in a transaction of its own. */
  async delete(path: string | KeyPath, options?: ChangeOptions): Promise<ConfigCommit<void>> {
    return await this.transaction((tx) => tx.delete(path), options);
  }

  /**
   * Changes any number of values in one piece. When `run` throws, nothing has happened. One that is
   * begun inside of another belongs to it: it comes about with it, and when it throws and the outer
   * one goes on, nothing of it is left.
   * @returns when it is on the disk
   * @throws what `run` throws; CONFIG_INVALID, CONFIG_CONFLICT, CONFIG_WRITE_FAILED, WAIT_TIMEOUT,
   *   CANCELLED, CLOSED
   */
  async transaction<Result>(
    run: (tx: ConfigTransaction<T>) => Result | Promise<Result>,
    options: ChangeOptions = {},
  ): Promise<ConfigCommit<Result>> {
    const outer = running.getStore();
    if (outer?.store === this && outer.draft.isOpen) return await this.#join(outer, run, options);
    if (this.#isClosed) throw this.#closed();
    const timeoutMs = options.timeoutMs ?? changeTimeoutMs;
    const untilMs = this.#clock.monotonic() + timeoutMs;
    const { signal } = options;
    const done = await this.#lock.write(
      async () => {
        const leftMs = Math.max(0, untilMs - this.#clock.monotonic());
        await this.#enter(leftMs, signal);
        this.#inside += 1;
        try {
          return await this.#run(run, options);
        } finally {
          this.#inside -= 1;
          this.#leave();
        }
      },
      { by: new Agent(unnamedOwner, currentAgent()), timeoutMs, signal },
    );
    await done.written;
    const { result, revision, keys } = done;
    return { result, revision, keys };
  }

  /** Hears of every change once it is on the disk, in order. Dispose to hear no more. */
  onChange(listener: (change: ConfigChange<T>) => void): Disposable {
    return this.#events.on('change', listener);
  }

  /** The newest revisions first. @param options.limit at most so many; 100 unless given */
  async history({ limit = 100 }: { readonly limit?: number } = {}): Promise<ConfigRevision[]> {
    await this.#disk.journal.refresh();
    return this.#disk.journal.entries
      .slice(-limit)
      .toReversed()
      .map(({ revision, at, by, why, keys }) => ({ revision, at, by, why, keys }));
  }

  /** Lets everything that is under way come to its end, then lets go of the files. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#flushing;
    await this.#disk[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #join<Result>(
    outer: Running,
    run: (tx: ConfigTransaction<T>) => Result | Promise<Result>,
    { expectedRevision }: ChangeOptions,
  ): Promise<ConfigCommit<Result>> {
    const draft = outer.draft as Draft<T>;
    this.#expect(draft.revision, expectedRevision);
    const before = outer.last;
    const inner: Running = { store: this, draft, last: Promise.resolve() };
    const part = (async () => {
      await before;
      return await draft.part(async () => await running.run(inner, async () => await run(draft)));
    })();
    outer.last = part.catch(() => {});
    return { result: await part, revision: draft.revision, keys: [] };
  }

  async #run<Result>(
    run: (tx: ConfigTransaction<T>) => Result | Promise<Result>,
    options: ChangeOptions,
  ): Promise<ConfigCommit<Result> & { readonly written: Promise<void> | undefined }> {
    const before = this.#staged;
    const epoch = this.#epoch;
    this.#expect(before.snapshot.revision, options.expectedRevision);
    const draft = new Draft(before.snapshot.revision, before.snapshot.value);
    let result: Result;
    try {
      result = await running.run(
        { store: this, draft, last: Promise.resolve() },
        async () => await run(draft),
      );
    } finally {
      draft.end();
    }
    if (this.#epoch !== epoch) throw this.#failure;
    const version = this.#stage(before, draft);
    if (version === undefined) {
      // It may have read what is not on the disk yet.
      const written = this.#pending.at(-1)?.written.promise ?? this.#lastFlushed;
      return { result, revision: before.snapshot.revision, keys: [], written };
    }
    const keys = changedKeys(before.merged, version.merged);
    const entry: JournalEntry = {
      revision: version.snapshot.revision,
      at: this.#clock.now(),
      by: options.by ?? this.#by,
      why: options.why,
      keys,
    };
    const written = Promise.withResolvers<void>();
    this.#staged = version;
    this.#pending.push({ version, before, entry, written });
    this.#flushing ??= this.#flush();
    return { result, revision: entry.revision, keys, written: written.promise };
  }

  /** The flush that is under way. */
  #lastFlushed: Promise<void> | undefined;

  /** What a draft makes of a version; undefined when it changes nothing. */
  #stage(before: Version<T>, draft: Draft<T>): Version<T> | undefined {
    const table = this.#written(before, draft);
    const edits = editsBetween(before.merged, table);
    if (edits.length === 0) return undefined;
    let { target } = before;
    for (const edit of edits) target = withValue(target, edit) as Table;
    const values = this.#layers.all.map((layer) =>
      layer === this.#layers.target ? target : layer.toml.value,
    );
    const merged = mergedValue(values);
    for (const { path, value } of edits) this.#checkWritten(merged, path, value);
    const value = check(this.#shape, merged, {
      file: this.#disk.path,
      folder: dirname(this.path),
    });
    const revision = Math.max(before.snapshot.revision, this.#disk.journal.highest) + 1;
    return { snapshot: new ConfigSnapshot(revision, value), target, merged };
  }

  /** What a file below says cannot be taken away in the one above. */
  #checkWritten(merged: Table, path: KeyPath, value: unknown): void {
    const now = valueAt(merged, path);
    if (value !== undefined || now === undefined) return;
    const layer = layerAt(
      this.#layers.all.toReversed().filter((each) => each !== this.#layers.target),
      path,
    );
    const file = layer?.path ?? this.path;
    throw new SignalboxError(
      'CONFIG_READ_ONLY',
      `${formatPath(path)} comes from ${file}, which is not written here`,
      { details: { path: file, key: formatPath(path) }, nextStep: `Take it away in ${file}.` },
    );
  }

  #written(before: Version<T>, draft: Draft<T>): Table {
    const table = reconciled(before.merged, draft.base, draft.value);
    let whole: Table = isTable(table) ? table : {};
    for (const path of draft.named) {
      const value = valueAt(draft.value, path);
      if (value !== undefined && valueAt(whole, path) === undefined) {
        whole = withValue(whole, { path, value }) as Table;
      }
    }
    return whole;
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0);
      const writing = this.#write(batch);
      this.#lastFlushed = writing;
      try {
        await writing;
      } catch (error) {
        this.#fail([...batch, ...this.#pending.splice(0)], error);
        continue;
      }
      for (const { version, before, entry, written } of batch) {
        this.#durable = version;
        written.resolve();
        this.#tell(version, before, entry);
      }
    }
    this.#lastFlushed = undefined;
    this.#flushing = undefined;
    this.#leave();
  }

  async #write(batch: readonly Pending<T>[]): Promise<void> {
    const last = batch.at(-1);
    if (last === undefined) return;
    const { target, below } = this.#layers;
    const toml = target.toml.edit(last.version.target);
    const bytes = Buffer.from(toml.text);
    const entries: JournalEntry[] = batch.map(({ entry }) => entry);
    entries.push({ ...last.entry, sha256: sha256(bytes), size: bytes.length, below });
    entries.splice(-2, 1);
    if (!this.#disk.journal.exists) entries.unshift(this.#found());
    this.#layers = await this.#disk.replace(this.#layers, toml, bytes, entries);
  }

  /** The entry of what was there before the first change. */
  #found(): JournalEntry {
    const { target, below } = this.#layers;
    const { revision } = this.#durable.snapshot;
    const { sha256, size } = target;
    return {
      revision,
      sha256,
      size,
      below,
      at: this.#clock.now(),
      by: 'signalbox',
      why: 'as it was found',
      keys: [],
    };
  }

  #fail(pending: readonly Pending<T>[], error: unknown): void {
    this.#epoch += 1;
    this.#failure = error;
    this.#staged = this.#durable;
    for (const { written } of pending) written.reject(error);
  }

  #tell(
    version: Version<T>,
    before: Version<T>,
    { revision, at, by, why, keys }: JournalEntry,
  ): void {
    this.#events.emit('change', {
      revision,
      at,
      by,
      why,
      keys,
      snapshot: version.snapshot,
      before: before.snapshot,
    });
  }

  /** Holds the files against other processes, and takes in what these did meanwhile. */
  async #enter(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#isHeld) return;
    await this.#disk.acquire({ timeoutMs, signal });
    this.#isHeld = true;
    try {
      await this.#refresh();
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  #leave(): void {
    if (!this.#isHeld || this.#inside > 0 || this.#flushing !== undefined) return;
    this.#isHeld = false;
    this.#disk.release();
  }

  async #refresh(): Promise<void> {
    await this.#disk.journal.refresh();
    const layers = await this.#disk.reader.read();
    const known = this.#layers;
    this.#layers = layers;
    if (layers.target.sha256 === known.target.sha256 && layers.below === known.below) return;
    const before = this.#durable;
    const revision = Math.max(before.snapshot.revision + 1, this.#disk.journal.highest);
    const version = this.#versionOf(layers, revision);
    this.#durable = version;
    this.#staged = version;
    const keys = changedKeys(before.merged, version.merged);
    this.#tell(version, before, { revision, at: this.#clock.now(), by: 'another process', keys });
  }

  #versionOf(layers: Layers, revision: number): Version<T> {
    checkVersion(layers, this.#shape.version ?? 1);
    const value = check(this.#shape, layers.merged, {
      file: this.path,
      folder: dirname(this.path),
      layers: layers.all,
    });
    return {
      snapshot: new ConfigSnapshot(revision, value),
      target: layers.target.toml.value,
      merged: layers.merged,
    };
  }

  #expect(revision: number, expected: number | undefined): void {
    if (expected === undefined || expected === revision) return;
    const last = this.#disk.journal.entries.at(-1);
    const by = last === undefined ? '' : ` (by ${last.by})`;
    throw new SignalboxError(
      'CONFIG_CONFLICT',
      `${this.path} is at revision ${revision}${by}, not at ${expected}`,
      { details: { path: this.path, revision, expectedRevision: expected } },
    );
  }

  #closed(): SignalboxError {
    return new SignalboxError('CLOSED', `the configuration ${this.path} is closed`);
  }
}

async function realPathOf(path: string, files: FileSystem): Promise<string> {
  try {
    return await files.realPath(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}

/** The version of the main file, and whether this program knows it. */
function checkVersion({ all }: Layers, newest: number): void {
  const main = all.find(({ kind }) => kind === 'main');
  const version = main?.toml.value['version'] ?? 1;
  if (typeof version === 'number' && version <= newest) return;
  const line = main?.toml.lineOf(['version']);
  throw new SignalboxError(
    'CONFIG_VERSION',
    `${main?.path}:${line}: version ${JSON.stringify(version)} is newer than this program, which knows ${newest}`,
    { details: { path: main?.path, version, newest } },
  );
}
