import { AsyncLocalStorage } from 'node:async_hooks';
import { Emitter, hasCode, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import { Agent, currentAgent, ReadWriteLock, unnamedOwner } from '../../locks/index.ts';
import type { ConfigBackup } from './backups.ts';
import { layerAt } from './check.ts';
import { ConfigFile } from './config-file.ts';
import type { Step } from './config-file.ts';
import type { ConfigSnapshot } from './config-snapshot.ts';
import { Disk } from './disk.ts';
import { FileWatch } from './file-watch.ts';
import type { FileSystem } from './file-system.ts';
import { GroupCommit } from './group-commit.ts';
import { History } from './history.ts';
import { placesOf } from './layers.ts';
import type { ConfigPlaces } from './layers.ts';
import { nodeFileSystem } from './node-file-system.ts';
import type { ConfigNotice } from './notice.ts';
import type {
  ChangeOptions,
  ConfigChange,
  ConfigCommit,
  ConfigDifference,
  ConfigOrigin,
  ConfigStoreOptions,
} from './options.ts';
import type { ConfigRevision } from './revision.ts';
import { SharedSnapshot } from './shared-snapshot.ts';
import { changedKeys, keyPath, valueAt } from './table.ts';
import type { KeyPath, Table } from './table.ts';
import { Draft } from './transaction.ts';
import type { ConfigTransaction } from './transaction.ts';
import { userName } from './user-name.ts';
import { Versions } from './versions.ts';
import type { Version } from './versions.ts';

/** A wait for other writers ends after so long unless told otherwise, in ms. */
export const changeTimeoutMs = 30_000;
/** A transaction that is under way when the store is closed has so long to end, in ms. */
const closeTimeoutMs = 5_000;
/** So many notices are kept, the newest. */
const noticesMost = 100;
/** Another process that waits has its turn after so long, in ms. */
const turnMs = 20;
/** What is written within so long has one copy in the backups, of the last, in ms. */
const backupQuietMs = 200;

interface Events<T> {
  change: ConfigChange<T>;
  notice: ConfigNotice;
}

/** A transaction that runs. */
interface Running {
  readonly store: object;
  readonly draft: Draft<unknown>;
  /** The last part begun at this level: the next waits for it. */
  last: Promise<unknown>;
}

const running = new AsyncLocalStorage<Running>();

/**
 * A configuration in a TOML file that many change at once, and nobody loses anything: tasks of this
 * process, other processes, and people with an editor.
 *
 * What is seen is on the disk; what was acknowledged stays, whatever crashes. The file stays its
 * user's: a change moves nothing but the values that it is about. Who changed what, when and why is
 * kept beside it in a hidden folder, with copies to go back to.
 */
export class ConfigStore<T> implements AsyncDisposable {
  /** The main file, after all links. */
  readonly path: string;
  /** Whose overlay is written; undefined where the main file is. */
  readonly environment: string | undefined;
  readonly #clock: Clock;
  readonly #by: string;
  readonly #disk: Disk;
  readonly #file: ConfigFile<T>;
  readonly #versions: Versions<T>;
  readonly #history: History;
  readonly #lock: ReadWriteLock;
  readonly #commits: GroupCommit<Step<T>>;
  readonly #events: Emitter<Events<T>>;
  readonly #notices: ConfigNotice[] = [];
  #watch: FileWatch | undefined;
  #shared: SharedSnapshot<T> | undefined;
  /** What the next transaction goes on from; it may not be on the disk yet. */
  #staged: Version<T> | undefined;
  /** All that anybody sees: it is on the disk. */
  #seen: Version<T> | undefined;
  #inside = 0;
  #heldSinceMs = 0;
  #letting: NodeJS.Immediate | undefined;
  #backupTimer: Timer | undefined;
  #backup: Promise<void> | undefined;
  #isClosed = false;
  /** Whether the files are let go of: nothing is written any more. */
  #isOver = false;

  private constructor(places: ConfigPlaces, files: FileSystem, options: ConfigStoreOptions<T>) {
    const { path } = places;
    this.path = path;
    this.environment = options.environment;
    this.#clock = options.clock ?? systemClock;
    this.#by = options.by ?? userName();
    this.#disk = new Disk(places, {
      files,
      clock: this.#clock,
      holder: `${this.#by} in process ${process.pid}`,
      backups: options.backups,
    });
    this.#versions = new Versions(options, path);
    this.#file = new ConfigFile({
      disk: this.#disk,
      versions: this.#versions,
      clock: this.#clock,
      version: options.version ?? 1,
      migrations: options.migrations ?? [],
      mustExist: options.mustExist ?? false,
      onNotice: (notice) => this.#note(notice),
    });
    this.#history = new History(this.#disk);
    this.#lock = new ReadWriteLock({ name: `the configuration ${path}`, clock: this.#clock });
    this.#events = new Emitter<Events<T>>((error, event) => this.#listenerFailed(error, event));
    this.#commits = new GroupCommit<Step<T>>({
      write: async (steps) => await this.#file.write(steps),
      written: (steps) => {
        this.#show(steps);
        // A whole text may include others than the one before.
        if (steps.some(({ text }) => text !== undefined)) this.#follow();
      },
      failed: () => (this.#staged = this.#file.current),
      idle: () => this.#letGo(),
    });
  }

  /**
   * Opens a configuration. What is found damaged is set aside, and the newest good copy put in its
   * place; where there is none, the schema's defaults are what is read, and nothing can be written.
   * @param path the main file
   * @throws CONFIG_INVALID, with file and line, when it breaks the schema; CONFIG_UNREADABLE when it
   *   cannot be read; CONFIG_VERSION when it is of a newer version; WAIT_TIMEOUT
   */
  static async open<T>(path: string, options: ConfigStoreOptions<T>): Promise<ConfigStore<T>> {
    const files = options.files ?? nodeFileSystem;
    const store = new ConfigStore(await placesOf(path, options.environment, files), files, options);
    try {
      await store.#open(options.watch ?? true);
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  /** The newest revision that is on the disk. */
  get snapshot(): ConfigSnapshot<T> {
    return this.#now.snapshot;
  }

  get revision(): number {
    return this.#now.snapshot.revision;
  }

  /** The whole configuration, frozen. */
  get value(): T {
    return this.#now.snapshot.value;
  }

  /** What is written, in all files together: without defaults, and paths as they are written. */
  get written(): Table {
    return this.#now.merged;
  }

  /** What the file that is written says, as it is. */
  get text(): string {
    return this.#present.text;
  }

  /** The file that is written: the overlay where there is one. */
  get file(): string {
    return this.#disk.path;
  }

  /** How often a file had to be read; what is asked for comes from memory. */
  get fileReads(): number {
    return this.#disk.reader.reads;
  }

  /** Why nothing can be written now; undefined when it can. */
  get refusal(): SignalboxError | undefined {
    return this.#file.refusal;
  }

  /** What happened to the files since this was opened, the newest last: at most 100. */
  get notices(): readonly ConfigNotice[] {
    return this.#notices;
  }

  /** One value: `config.get('ports.bus.baudRate')`. Undefined when there is none. @throws BAD_ARGUMENT */
  get(path: string | KeyPath): unknown {
    return this.#now.snapshot.get(path);
  }

  /** Sets one value, in a transaction of its own. @throws as {@link transaction} */
  async set(
    path: string | KeyPath,
    value: unknown,
    options?: ChangeOptions,
  ): Promise<ConfigCommit<void>> {
    return await this.transaction((tx) => tx.set(path, value), options);
  }

  /** Takes one value away, in a transaction of its own. @throws as {@link transaction} */
  async delete(path: string | KeyPath, options?: ChangeOptions): Promise<ConfigCommit<void>> {
    return await this.transaction((tx) => tx.delete(path), options);
  }

  /**
   * Changes any number of values in one piece. When `run` throws, nothing has happened. One that is
   * begun inside of another belongs to it: it comes about with it, and when it throws and the outer
   * one goes on, nothing of it is left.
   * @returns when it is on the disk
   * @throws what `run` throws; CONFIG_INVALID when the result breaks the schema; CONFIG_CONFLICT when
   *   it is not based on the newest revision; CONFIG_READ_ONLY, CONFIG_WRITE_FAILED, BAD_ARGUMENT,
   *   VALUE_INVALID, WAIT_TIMEOUT, CANCELLED, QUEUE_FULL, CLOSED
   */
  async transaction<Result>(
    run: (tx: ConfigTransaction<T>) => Result | Promise<Result>,
    options: ChangeOptions = {},
  ): Promise<ConfigCommit<Result>> {
    const outer = running.getStore();
    if (outer?.store === this && outer.draft.isOpen) return await this.#join(outer, run, options);
    const { result, revision, keys, written } = await this.#alone(
      async () => await this.#run(run, options),
      options,
    );
    await written;
    return { result, revision, keys };
  }

  /** Hears of every change once it is on the disk, in order. Dispose to hear no more. */
  onChange(listener: (change: ConfigChange<T>) => void): Disposable {
    return this.#events.on('change', listener);
  }

  /** Hears when a file is restored, refused or cannot be written. Dispose to hear no more. */
  onNotice(listener: (notice: ConfigNotice) => void): Disposable {
    return this.#events.on('notice', listener);
  }

  /** Where a value comes from. @throws BAD_ARGUMENT */
  origin(path: string | KeyPath): ConfigOrigin {
    const parts = keyPath(path);
    const { all } = this.#file.layers;
    const layer = all.findLast(({ toml }) => valueAt(toml.value, parts) !== undefined);
    if (layer === undefined) return { kind: 'default' };
    const { kind, path: file, toml } = layerAt(all, parts) ?? layer;
    return { kind, file, line: toml.lineOf(parts) };
  }

  /**
   * What was changed, the newest first.
   * @param options.limit at most so many; 100 unless given
   * @param options.before only revisions below this one
   */
  async history(
    options: { readonly limit?: number | undefined; readonly before?: number | undefined } = {},
  ): Promise<readonly ConfigRevision[]> {
    return await this.#history.list(options, this.#present);
  }

  /**
   * What differs between two revisions.
   * @param shown what of a whole text is compared as text. @default all of it
   * @throws NOT_FOUND when one of them is not kept
   */
  async diff(
    before: number,
    after: number = this.revision,
    shown = (text: string): string => text,
  ): Promise<ConfigDifference> {
    return await this.#history.diff(before, after, this.#present, shown);
  }

  /** The copies that are kept, the newest first. */
  async backups(): Promise<readonly ConfigBackup[]> {
    await this.#backup;
    const copies = await this.#disk.backups.list();
    return copies.map(({ revision, at }) => ({ revision, at }));
  }

  /**
   * Makes the file what it was at an earlier revision, comments and all, as a new revision.
   * @throws NOT_FOUND when that revision is not kept; as {@link transaction}
   */
  async rollback(revision: number, options: ChangeOptions = {}): Promise<ConfigCommit<void>> {
    const { result, keys, written, ...commit } = await this.#alone(async () => {
      const text = await this.#history.text(revision, this.#present);
      return await this.#runWhole(text, {
        ...options,
        why: options.why ?? `rollback to ${revision}`,
      });
    }, options);
    await written;
    return { result, keys, revision: commit.revision };
  }

  /**
   * Makes the file what an editor made of it, comments and all, as a new revision.
   * @throws CONFIG_UNREADABLE, CONFIG_INVALID, with lines; as {@link transaction}
   */
  async replace(text: string, options: ChangeOptions = {}): Promise<ConfigCommit<void>> {
    const { written, ...commit } = await this.#alone(
      async () => await this.#runWhole(text, options),
      options,
    );
    await written;
    return commit;
  }

  /** Memory in which a {@link ConfigReplica} of another thread always finds the newest revision. */
  shared(): SharedArrayBuffer {
    this.#shared ??= new SharedSnapshot(this.snapshot);
    return this.#shared.buffer;
  }

  /** Takes in at once what others have written, also where nothing can be written. */
  async refresh(): Promise<void> {
    await this.#look();
  }

  /** Lets what is under way come to its end, then lets go of the files. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch?.[Symbol.dispose]();
    await this.#ended();
    this.#isOver = true;
    await this.#commits.idle();
    if (this.#backupTimer !== undefined) {
      this.#backupTimer.cancel();
      this.#backUp();
    }
    await this.#backup;
    clearImmediate(this.#letting);
    this.#file.release();
    await this.#disk[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(isWatched: boolean): Promise<void> {
    await this.#file.open({ timeoutMs: changeTimeoutMs });
    this.#staged = this.#file.current;
    this.#seen = this.#file.current;
    if (isWatched) {
      this.#watch = new FileWatch(this.#disk.files, this.#clock, () => void this.#look());
      this.#follow();
    }
    this.#backUpSoon();
  }

  get #now(): Version<T> {
    return this.#seen ?? this.#file.current;
  }

  get #present(): { readonly revision: number; readonly text: string } {
    return { revision: this.revision, text: this.#file.text };
  }

  /** Runs one after another among all tasks, threads and processes that change the files. */
  async #alone<Result>(run: () => Promise<Result>, options: ChangeOptions): Promise<Result> {
    const { timeoutMs = changeTimeoutMs, signal } = options;
    const untilMs = this.#clock.monotonic() + timeoutMs;
    return await this.#lock.write(
      async () => {
        if (this.#isClosed) throw this.#closed();
        this.#inside += 1;
        try {
          await this.#hold(Math.max(0, untilMs - this.#clock.monotonic()), signal);
          return await run();
        } finally {
          this.#inside -= 1;
          this.#letGo();
        }
      },
      { by: new Agent(unnamedOwner, currentAgent()), timeoutMs, signal },
    );
  }

  /** Returns when no transaction is under way, or after so long that none is waited for any more. */
  async #ended(): Promise<void> {
    try {
      await this.#lock.write(() => {}, {
        by: new Agent(unnamedOwner, currentAgent()),
        timeoutMs: closeTimeoutMs,
      });
    } catch (error) {
      if (!hasCode(error, 'WAIT_TIMEOUT', 'QUEUE_FULL', 'DEADLOCK')) throw error;
    }
  }

  async #hold(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#file.isHeld) {
      const isOver =
        this.#clock.monotonic() - this.#heldSinceMs > turnMs && this.#disk.isWantedElsewhere;
      if (!isOver && !this.#file.isUnsure && this.#commits.isBusy) return;
      // What failed is not to be built on: it is read again once nothing is under way.
      await this.#commits.idle();
      if (!isOver) {
        this.#take(await this.#file.refresh());
        return;
      }
      this.#file.release();
    }
    this.#take(await this.#file.hold({ timeoutMs, signal }));
    this.#heldSinceMs = this.#clock.monotonic();
  }

  /**
   * Who changes something often comes again at once: the files are kept for it until the event loop has
   * come round. Another process that takes them over has to read them again.
   */
  #letGo(): void {
    if (this.#inside > 0 || this.#commits.isBusy || !this.#file.isHeld) return;
    this.#letting ??= setImmediate(() => {
      this.#letting = undefined;
      if (this.#inside === 0 && !this.#commits.isBusy) this.#file.release();
    });
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
  ): Promise<ConfigCommit<Result> & { readonly written: Promise<void> }> {
    const before = await this.#base(options);
    const { failures } = this.#commits;
    const draft = new Draft(before.snapshot.revision, before.snapshot.value);
    let result: Result;
    try {
      result = await running.run(
        { store: this, draft, last: Promise.resolve() },
        async () => await run(draft),
      );
    } catch (error) {
      // It may have thrown because of what is not on the disk yet.
      await this.#commits.settled();
      throw error;
    } finally {
      draft.end();
    }
    // What it read came to nothing meanwhile.
    if (this.#commits.failures !== failures) throw this.#commits.error;
    const revision = this.#file.nextRevision(before.snapshot.revision);
    const version = this.#versions.after(before, draft, revision);
    if (version !== undefined) return { result, ...this.#stage(before, version, options) };
    // It may have read what is not on the disk yet.
    const written = this.#commits.settled();
    return { result, revision: before.snapshot.revision, keys: [], written };
  }

  async #runWhole(
    text: string,
    options: ChangeOptions,
  ): Promise<ConfigCommit<void> & { readonly written: Promise<void> }> {
    const before = await this.#base(options);
    const revision = this.#file.nextRevision(before.snapshot.revision);
    const layers = await this.#disk.reader.readWith(Buffer.from(text), undefined);
    const version = this.#file.versionOf(layers, revision);
    return { result: undefined, ...this.#stage(before, version, options, text) };
  }

  /** What a change goes on from. @throws CONFIG_READ_ONLY, CONFIG_INVALID, CONFIG_CONFLICT */
  async #base({ expectedRevision }: ChangeOptions): Promise<Version<T>> {
    if (this.#file.refusal !== undefined) throw this.#file.refusal;
    const before = this.#staged ?? this.#file.current;
    const { revision } = before.snapshot;
    // What is not on the disk yet may come to nothing: then it is no conflict.
    if (expectedRevision !== undefined && expectedRevision !== revision) {
      await this.#commits.settled();
    }
    this.#expect(revision, expectedRevision);
    return before;
  }

  #stage(
    before: Version<T>,
    version: Version<T>,
    { by, why, dryRun }: ChangeOptions,
    text?: string,
  ): { revision: number; keys: readonly string[]; written: Promise<void> } {
    if (this.#isOver) throw this.#closed();
    const keys = changedKeys(before.merged, version.merged);
    if (dryRun === true) {
      return { revision: before.snapshot.revision, keys, written: this.#commits.settled() };
    }
    const { revision } = version.snapshot;
    const entry = { revision, at: this.#clock.now(), by: by ?? this.#by, why, keys };
    this.#staged = version;
    const written = this.#commits.add({ version, before, entry, text });
    // Who began it hears of a failure; until then nobody may be listening.
    written.catch(() => {});
    return { revision, keys, written };
  }

  /** What others did to the files. */
  #take(steps: readonly Step<T>[]): void {
    this.#staged = this.#file.current;
    this.#show(steps);
    this.#follow();
  }

  /** These are on the disk: everybody sees them from now on. */
  #show(steps: readonly Step<T>[]): void {
    for (const { version, before, entry } of steps) {
      // Other threads before anybody here: whoever hears of it finds it everywhere.
      this.#shared?.put(version.snapshot);
      this.#seen = version;
      const { revision, at, by, why, keys } = entry;
      this.#events.emit('change', {
        revision,
        at,
        by,
        why,
        keys,
        isKept: true,
        snapshot: version.snapshot,
        before: before.snapshot,
      });
    }
    if (steps.length > 0) this.#backUpSoon();
  }

  #follow(): void {
    this.#watch?.follow(this.#file.layers.all.map(({ path }) => path));
  }

  /** Something happened to the files. */
  async #look(): Promise<void> {
    if (this.#isClosed) return;
    const isCurrent = await this.#disk.reader.isCurrent(this.#file.layers);
    if (isCurrent && this.#file.refusal === undefined && this.#file.layers.all.length === 1) return;
    try {
      await this.#alone(this.#lookAlone, {});
    } catch (error) {
      if (hasCode(error, 'CLOSED', 'WAIT_TIMEOUT')) return;
      // Where nothing can be written, what others did is taken in nevertheless.
      await this.#lock
        .write(this.#lookAlone)
        .catch((failure: unknown) => this.#unreadable(failure));
    }
  }

  readonly #lookAlone = async (): Promise<void> => {
    // What is on its way to the file is not taken for somebody else's.
    await this.#commits.idle();
    this.#take(await this.#file.refresh(true));
  };

  #unreadable(error: unknown): void {
    this.#note({ kind: 'unreadable', message: String(error), at: this.#clock.now() });
  }

  #note(notice: ConfigNotice, isTold = true): void {
    this.#notices.push(notice);
    if (this.#notices.length > noticesMost) this.#notices.shift();
    if (isTold) this.#events.emit('notice', notice);
  }

  #listenerFailed(error: unknown, event: string): void {
    const message = `who listens for a ${event} of ${this.path} failed: ${String(error)}`;
    const notice = { kind: 'listener-failed', message, at: this.#clock.now() } as const;
    // A listener that fails at a notice would fail at this one as well, and so on.
    this.#note(notice, event !== 'notice');
  }

  /** Copies are no part of a commit: they are made when it is quiet, one for what came at once. */
  #backUpSoon(): void {
    this.#backupTimer ??= this.#clock.schedule(backupQuietMs, () => {
      this.#backupTimer = undefined;
      this.#backUp();
    });
  }

  #backUp(): void {
    const before = this.#backup;
    this.#backup = (async () => {
      await before;
      await this.#file.backUp();
    })();
  }

  #expect(revision: number, expected: number | undefined): void {
    if (expected === undefined || expected === revision) return;
    throw this.#history.conflict(revision, expected);
  }

  #closed(): SignalboxError {
    return new SignalboxError('CLOSED', `the configuration ${this.path} is closed`);
  }
}
