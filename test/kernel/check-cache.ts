import * as fc from 'fast-check';
import { ManualClock } from '../../src/kernel/index.ts';
import type { TtlCache } from '../../src/kernel/index.ts';

const ttlMs = 100;
const entriesMost = 4;
/** Two that much happens to, and others that need their room. */
const keys = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** One thing that happens to a cache. */
type Step =
  | {
      readonly kind: 'load' | 'get' | 'set' | 'delete' | 'resolve' | 'reject';
      readonly key: string;
    }
  | { readonly kind: 'give-up'; readonly caller: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'clear' | 'clean' };

const key = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('a', 'b') }, fc.constantFrom(...keys));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('load' as const), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resolve' as const), key }) },
  fc.record({ kind: fc.constantFrom('get' as const, 'set' as const, 'delete' as const), key }),
  fc.record({ kind: fc.constant('reject' as const), key }),
  fc.record({ kind: fc.constant('give-up' as const), caller: fc.nat(20) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 30, 99, 100, 101) }),
  fc.record({ kind: fc.constantFrom('clear' as const, 'clean' as const) }),
);

interface Value {
  readonly bornMs: number;
  readonly number: number;
}

interface Load {
  readonly name: string;
  readonly done: PromiseWithResolvers<Value>;
  readonly signal: AbortSignal;
  readonly number: number;
  isSettled: boolean;
}

interface Caller {
  readonly giveUp: AbortController;
  readonly load: Load;
  outcome: 'waits' | 'value' | 'failure' | 'gave up';
}

/**
 * Lets a cache go through things in orders that a seed decides, and looks at each for what must not be:
 * two loads of one key at a time, a value past its end, a value that was set or forgotten coming back,
 * one who waits and is not told, more entries than its bound.
 * @returns what is wrong, if anything is
 */
export async function checkCache(
  Cache: typeof TtlCache,
  runs: number,
  seed: number,
): Promise<string | undefined> {
  const outcome = await fc.check(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      await new CacheRun(Cache).run(steps);
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
  if (!outcome.failed) return undefined;
  const { errorInstance: error } = outcome;
  return error instanceof Error ? error.message : 'failed';
}

class CacheRun {
  readonly #clock = new ManualClock();
  readonly #cache: TtlCache<string, Value>;
  readonly #underWay = new Map<string, Load>();
  readonly #loads: Load[] = [];
  readonly #callers: Caller[] = [];
  /** What a key may not come to any more: what was begun or given before it was set or forgotten. */
  readonly #least = new Map<string, number>();
  #numbers = 0;
  #wrong: Error | undefined;
  #asks = 0;

  constructor(Cache: typeof TtlCache) {
    this.#cache = new Cache({ clock: this.#clock, ttlMs, entriesMost, resolutionMs: 0 });
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const each of steps) {
      await this.#do(each);
      await this.#clock.advance(0);
      this.#checkCallers();
    }
    for (const load of this.#loads) this.#settle(load, true);
    await this.#clock.advance(0);
    this.#checkCallers();
    const { hits, misses, size } = this.#cache.statistics();
    if (hits + misses !== this.#asks) throw new Error(`${hits} + ${misses} of ${this.#asks} asks`);
    if (size > entriesMost) throw new Error(`${size} entries`);
  }

  async #do(each: Step): Promise<void> {
    switch (each.kind) {
      case 'load':
        this.#load(each.key);
        break;
      case 'get': {
        this.#asks += 1;
        const value = this.#cache.get(each.key);
        if (value !== undefined) this.#checkValue(each.key, value);
        break;
      }
      case 'set':
        this.#numbers += 1;
        this.#forget(each.key, this.#numbers);
        this.#cache.set(each.key, { bornMs: this.#clock.monotonic(), number: this.#numbers });
        break;
      case 'delete':
        this.#forget(each.key, this.#numbers + 1);
        this.#cache.delete(each.key);
        break;
      case 'clear':
        for (const name of keys) this.#forget(name, this.#numbers + 1);
        this.#cache.clear();
        break;
      case 'clean': {
        this.#cache.cleanupExpired();
        const { expirations } = this.#cache.statistics();
        for (const name of keys) this.#cache.get(name);
        this.#asks += keys.length;
        if (this.#cache.statistics().expirations !== expirations) {
          throw new Error('what has expired was left');
        }
        break;
      }
      case 'resolve':
      case 'reject': {
        const load = this.#loads.find(({ name, isSettled }) => name === each.key && !isSettled);
        if (load !== undefined) this.#settle(load, each.kind === 'resolve');
        break;
      }
      case 'give-up':
        this.#callers[each.caller]?.giveUp.abort();
        break;
      case 'pass':
        await this.#clock.advance(each.ms);
        break;
    }
  }

  /** What is under way goes to those who wait, and is not kept. */
  #forget(name: string, least: number): void {
    this.#least.set(name, least);
    this.#underWay.delete(name);
  }

  #load(name: string): void {
    this.#asks += 1;
    const giveUp = new AbortController();
    let begun: Load | undefined;
    const promise = this.#cache.load(
      name,
      (signal) => {
        const other = this.#underWay.get(name);
        if (other !== undefined && !other.isSettled && !other.signal.aborted) {
          throw new Error(`two loads of ${name} at a time`);
        }
        this.#numbers += 1;
        begun = {
          name,
          done: Promise.withResolvers<Value>(),
          signal,
          number: this.#numbers,
          isSettled: false,
        };
        this.#loads.push(begun);
        const { done } = begun;
        signal.addEventListener('abort', () => done.reject(new Error('it was told to end')));
        this.#underWay.set(name, begun);
        return begun.done.promise;
      },
      { signal: giveUp.signal },
    );
    const load = begun ?? this.#underWay.get(name);
    if (load === undefined || load.isSettled) {
      // It was there.
      promise.then(
        (value) => {
          try {
            this.#checkValue(name, value);
          } catch (error) {
            this.#wrong ??= error as Error;
          }
        },
        (error: unknown) =>
          (this.#wrong ??= new Error(`an old failure was given: ${String(error)}`)),
      );
      return;
    }
    const caller: Caller = { giveUp, load, outcome: 'waits' };
    this.#callers.push(caller);
    promise.then(
      () => (caller.outcome = 'value'),
      (error: unknown) => {
        if (error instanceof Error && error.message.startsWith('two loads')) this.#wrong ??= error;
        caller.outcome = giveUp.signal.aborted ? 'gave up' : 'failure';
      },
    );
  }

  #settle(load: Load, isGood: boolean): void {
    if (load.isSettled) return;
    load.isSettled = true;
    if (isGood) load.done.resolve({ bornMs: this.#clock.monotonic(), number: load.number });
    else load.done.reject(new Error('a load that failed'));
  }

  #checkValue(name: string, { bornMs, number }: Value): void {
    const ageMs = this.#clock.monotonic() - bornMs;
    if (ageMs >= ttlMs) throw new Error(`a value is past its end by ${ageMs - ttlMs} ms`);
    if (number < (this.#least.get(name) ?? 0)) throw new Error('a value came back');
  }

  #checkCallers(): void {
    if (this.#wrong !== undefined) throw this.#wrong;
    for (const { giveUp, load, outcome } of this.#callers) {
      const isOver = load.isSettled || giveUp.signal.aborted;
      if (isOver && outcome === 'waits') throw new Error('one who waits was not told');
      if (!isOver && outcome !== 'waits') throw new Error(`the wait of another ended: ${outcome}`);
    }
    for (const load of this.#loads) {
      const waiting = this.#callers.filter(
        (each) => each.load === load && !each.giveUp.signal.aborted,
      );
      if (load.isSettled || waiting.length > 0) continue;
      if (!load.signal.aborted) throw new Error('a load that nobody waits for was not told');
    }
  }
}
