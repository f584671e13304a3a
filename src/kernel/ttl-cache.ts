import { LRUCache } from 'lru-cache';
import { throwIfCancelled } from './cancellation.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { SharedLoad } from './shared-load.ts';
import { SignalboxError } from './signalbox-error.ts';

/** So many entries are kept unless it is told otherwise; the one that was used longest ago goes first. */
export const cachedEntriesMost = 1_024;
/** So many loads may be under way unless it is told otherwise; one more is refused with QUEUE_FULL. */
export const cacheLoadsMost = 1_024;
/** Time is looked at so often at the most: a look costs more than all else of a `get`. */
export const cacheResolutionMs = 1;
/** After a load ahead of time that failed, the next waits so much of the time that is left for it. */
const aheadPauseShare = 0.1;

export interface TtlCacheOptions {
  /** How long an entry lives unless it says otherwise. @default without end */
  readonly ttlMs?: number;
  /** @default {@link cachedEntriesMost} */
  readonly entriesMost?: number;
  /** @default {@link cacheLoadsMost} */
  readonly loadsMost?: number;
  /** How old the time may be by which entries expire; 0 asks the clock each time. @default {@link cacheResolutionMs} */
  readonly resolutionMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** How one value is loaded. */
export interface LoadOptions<Value> {
  /** How long it lives, from when it has come. @default the cache's */
  readonly ttlMs?: number | ((value: Value) => number);
  /** A failure is given to all who ask for so long. @default it is not kept */
  readonly failureTtlMs?: number;
  /** With less than this left of its life a value is given and loaded anew in the background. @default 0 */
  readonly aheadMs?: number | ((value: Value) => number);
  /** Ends the wait of this caller alone. */
  readonly signal?: AbortSignal;
  /** Whether a load goes on to its end, and is kept, when nobody waits for it any more. @default 'abort' */
  readonly whenAbandoned?: 'abort' | 'finish';
}

/** What a cache has done since it was made. */
export interface CacheStatistics {
  /** Entries, with those that have expired and were not met since. */
  readonly size: number;
  readonly hits: number;
  readonly misses: number;
  /** The share of hits, 0 to 1; 0 when nothing was asked for. */
  readonly hitRate: number;
  /** Loads that were begun: fewer than misses where callers share one. */
  readonly loads: number;
  /** Loads that failed; those that were abandoned are none. */
  readonly failures: number;
  /** Entries that went for others, before their time. */
  readonly evictions: number;
  /** Entries whose time was over when they were met. */
  readonly expirations: number;
}

interface Entry<Value> {
  /** Monotonic. */
  readonly untilMs: number;
  readonly value: Value;
  /** In its place. */
  readonly failure?: { readonly error: unknown };
  /** Not loaded ahead of time before then. */
  aheadFromMs: number;
}

/**
 * Values that live for a while, the least used of them going first when there are too many. An entry
 * expires by itself, at the moment it is asked for: nothing has to sweep. Loading is shared by all who
 * ask at the time.
 */
export class TtlCache<Key extends {}, Value> {
  readonly #entries: LRUCache<Key, Entry<Value>>;
  readonly #loads = new Map<Key, SharedLoad<Value>>();
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #loadsMost: number;
  readonly #resolutionMs: number;
  #nowMs: number | undefined;
  #hits = 0;
  #misses = 0;
  #begun = 0;
  #failures = 0;
  #evictions = 0;
  #expirations = 0;

  /** @throws BAD_ARGUMENT for a bound below 1 */
  constructor(options: TtlCacheOptions = {}) {
    const { entriesMost = cachedEntriesMost, loadsMost = cacheLoadsMost } = options;
    if (!Number.isInteger(entriesMost) || entriesMost < 1 || loadsMost < 1) {
      const text = `a cache holds 1 entry and 1 load or more, not ${entriesMost} and ${loadsMost}`;
      throw new SignalboxError('BAD_ARGUMENT', text);
    }
    this.#clock = options.clock ?? systemClock;
    this.#ttlMs = options.ttlMs ?? Infinity;
    this.#loadsMost = loadsMost;
    this.#resolutionMs = options.resolutionMs ?? cacheResolutionMs;
    this.#entries = new LRUCache({
      max: entriesMost,
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.#evictions += 1;
      },
    });
  }

  /** The value; undefined when there is none that lives. */
  get(key: Key): Value | undefined {
    const entry = this.#living(key);
    if (entry === undefined || entry.failure !== undefined) {
      this.#misses += 1;
      return undefined;
    }
    this.#hits += 1;
    return entry.value;
  }

  /** @param ttlMs how long it lives from now. @default the cache's */
  set(key: Key, value: Value, ttlMs: number = this.#ttlMs): void {
    // What is being loaded is older than what is said now.
    this.#loads.delete(key);
    this.#entries.set(key, { value, untilMs: this.#untilMs(ttlMs), aheadFromMs: 0 });
  }

  /** Forgets one; what is being loaded goes to those who wait and is not kept. Says whether there was one. */
  delete(key: Key): boolean {
    this.#loads.delete(key);
    return this.#entries.delete(key);
  }

  /** Forgets all, as {@link delete} does. */
  clear(): void {
    this.#loads.clear();
    this.#entries.clear();
  }

  /**
   * The value; loads it when there is none that lives. All who ask for it meanwhile get what the one
   * load gives. A failure goes to all of them and is not kept, unless `failureTtlMs` says so.
   * @throws what `loader` throws; CANCELLED; QUEUE_FULL with too many loads under way
   */
  async load(
    key: Key,
    loader: (signal: AbortSignal) => Value | Promise<Value>,
    options: LoadOptions<Value> = {},
  ): Promise<Value> {
    const { signal } = options;
    throwIfCancelled(signal, 'a wait for a cached value');
    const entry = this.#living(key);
    if (entry !== undefined) {
      this.#hits += 1;
      if (entry.failure !== undefined) throw entry.failure.error;
      this.#loadAhead(key, entry, loader, options);
      return entry.value;
    }
    this.#misses += 1;
    const load = this.#loads.get(key) ?? this.#begin(key, loader, options);
    return await load.join(signal, () => {
      // Its loader is told; who comes now begins anew.
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    });
  }

  /** Forgets what has expired: for who wants the memory back. Returns how many. */
  cleanupExpired(): number {
    const nowMs = this.#clock.monotonic();
    let count = 0;
    for (const [key, { untilMs }] of this.#entries.entries()) {
      if (untilMs > nowMs) continue;
      this.#entries.delete(key);
      count += 1;
    }
    this.#expirations += count;
    return count;
  }

  statistics(): CacheStatistics {
    const hits = this.#hits;
    const misses = this.#misses;
    return {
      size: this.#entries.size,
      hits,
      misses,
      hitRate: hits + misses === 0 ? 0 : hits / (hits + misses),
      loads: this.#begun,
      failures: this.#failures,
      evictions: this.#evictions,
      expirations: this.#expirations,
    };
  }

  #living(key: Key): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.untilMs > (this.#nowMs ?? this.#look())) return entry;
    this.#entries.delete(key);
    this.#expirations += 1;
    return undefined;
  }

  /** The time, which all who ask within the resolution share. */
  #look(): number {
    const nowMs = this.#clock.monotonic();
    if (this.#resolutionMs > 0) {
      this.#nowMs = nowMs;
      this.#clock.schedule(this.#resolutionMs, () => {
        this.#nowMs = undefined;
      });
    }
    return nowMs;
  }

  #untilMs(ttlMs: number): number {
    return this.#clock.monotonic() + ttlMs;
  }

  #begin(
    key: Key,
    loader: (signal: AbortSignal) => Value | Promise<Value>,
    options: LoadOptions<Value>,
  ): SharedLoad<Value> {
    if (this.#loads.size >= this.#loadsMost) {
      throw new SignalboxError('QUEUE_FULL', `a cache has ${this.#loadsMost} loads under way`, {
        details: { loadsMost: this.#loadsMost },
      });
    }
    this.#begun += 1;
    const load = new SharedLoad(loader, options.whenAbandoned === 'finish');
    this.#loads.set(key, load);
    void this.#settle(key, load, options);
    return load;
  }

  async #settle(key: Key, load: SharedLoad<Value>, options: LoadOptions<Value>): Promise<void> {
    const { ttlMs = this.#ttlMs, failureTtlMs = 0 } = options;
    let kept: Omit<Entry<Value>, 'aheadFromMs'> | undefined;
    try {
      const value = await load.result;
      const livesMs = typeof ttlMs === 'function' ? ttlMs(value) : ttlMs;
      kept = { value, untilMs: this.#untilMs(livesMs) };
    } catch (error) {
      if (load.isAbandoned) return;
      this.#failures += 1;
      if (failureTtlMs > 0 && this.#entries.peek(key) === undefined) {
        const value = undefined as Value;
        kept = { value, failure: { error }, untilMs: this.#untilMs(failureTtlMs) };
      }
    }
    // It was set, forgotten or begun anew meanwhile.
    if (this.#loads.get(key) !== load) return;
    this.#loads.delete(key);
    if (kept !== undefined) this.#entries.set(key, { ...kept, aheadFromMs: 0 });
  }

  #loadAhead(
    key: Key,
    entry: Entry<Value>,
    loader: (signal: AbortSignal) => Value | Promise<Value>,
    options: LoadOptions<Value>,
  ): void {
    const { aheadMs: ahead = 0 } = options;
    const aheadMs = typeof ahead === 'function' ? ahead(entry.value) : ahead;
    if (aheadMs <= 0 || this.#loads.has(key) || this.#loads.size >= this.#loadsMost) return;
    const nowMs = this.#clock.monotonic();
    if (entry.untilMs - nowMs > aheadMs || nowMs < entry.aheadFromMs) return;
    entry.aheadFromMs = nowMs + aheadMs * aheadPauseShare;
    this.#begin(key, loader, { ...options, whenAbandoned: 'finish' });
  }
}
