import type { Clock } from '../kernel/index.ts';

/** How many replies are kept; the one that was read longest ago goes first. */
export const cachedRepliesMost = 1_024;

interface CachedReply {
  readonly reply: unknown;
  readonly atMs: number;
  readonly scope: string | undefined;
}

/** The last reply to each mergeable read, for callers that accept a value of some age. */
export class ReplyCache {
  readonly #clock: Clock;
  readonly #replies = new Map<string, CachedReply>();
  #forgotten = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How often something was to be forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** A reply that is at most so old, in a box, since a reply may be undefined. */
  get(key: string, maxAgeMs: number): { readonly reply: unknown } | undefined {
    const cached = this.#replies.get(key);
    if (cached === undefined || this.#clock.monotonic() - cached.atMs > maxAgeMs) return undefined;
    return cached;
  }

  set(key: string, reply: unknown, scope: string | undefined): void {
    this.#replies.delete(key);
    this.#replies.set(key, { reply, atMs: this.#clock.monotonic(), scope });
    if (this.#replies.size <= cachedRepliesMost) return;
    for (const oldest of this.#replies.keys()) {
      this.#replies.delete(oldest);
      break;
    }
  }

  /** Forgets what a write to this instrument may have changed; without a scope, everything. */
  forget(scope: string | undefined): void {
    this.#forgotten += 1;
    if (scope === undefined) {
      this.#replies.clear();
      return;
    }
    for (const [key, cached] of this.#replies) {
      if (cached.scope === scope || cached.scope === undefined) this.#replies.delete(key);
    }
  }
}
