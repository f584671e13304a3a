import type { IncomingMessage } from 'node:http';

import { isLoopback, plainAddress, SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';

/** Kinds of requests, each with a limit of its own. */
export const rateClasses = [
  'default',
  'apiGeneral',
  'apiStrict',
  'configChanges',
  'statusCheck',
] as const;
export type RateClass = (typeof rateClasses)[number];

/** So many requests of one caller are let in. */
export interface RateLimit {
  readonly requests: number;
  /** Counted from the first of them on. */
  readonly windowMs: number;
  /** Who asks more often is refused for so long. */
  readonly blockMs: number;
}

export interface RateLimitOptions extends Readonly<Record<RateClass, RateLimit>> {
  readonly enabled: boolean;
  /** Whether programs on this machine are counted too. */
  readonly loopback: boolean;
}

/** What is counted unless the configuration says otherwise. */
export const defaultRateLimits: RateLimitOptions = {
  enabled: true,
  loopback: false,
  default: { requests: 180, windowMs: 60_000, blockMs: 30_000 },
  apiGeneral: { requests: 300, windowMs: 60_000, blockMs: 30_000 },
  apiStrict: { requests: 80, windowMs: 60_000, blockMs: 30_000 },
  configChanges: { requests: 60, windowMs: 60_000, blockMs: 30_000 },
  statusCheck: { requests: 200, windowMs: 10_000, blockMs: 30_000 },
};

/** So many callers are counted in each class; the one that asked longest ago is forgotten first. */
export const countedCallersMost = 1_024;

interface Count {
  readonly sinceMs: number;
  requests: number;
  /** Until when it is refused; 0 while it is not. */
  blockedUntilMs: number;
}

/** How the limits stand, as plain data. */
export interface RateLimitReport extends RateLimitOptions {
  /** Requests that were refused since the start. */
  readonly refused: number;
  readonly blocked: readonly {
    readonly caller: string;
    readonly class: RateClass;
    readonly forMs: number;
  }[];
}

/**
 * How often one caller may ask. Callers are told apart by their addresses: what they say of themselves
 * anybody can say. What goes to an instrument is not counted here: it waits in the line of its port,
 * which is fair and bounded by itself.
 */
export class RateLimits {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  readonly #counts = new Map<RateClass, Map<string, Count>>(
    rateClasses.map((each) => [each, new Map()]),
  );
  #refused = 0;

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Counts a request. @throws RATE_LIMITED with `retryAfterMs` in its details */
  check(request: IncomingMessage): void {
    const { enabled, loopback } = this.#options;
    const caller = plainAddress(request.socket.remoteAddress);
    if (!enabled || (!loopback && isLoopback(caller))) return;
    const rateClass = rateClassOf(request.method ?? '', request.url?.split('?')[0] ?? '');
    if (rateClass === undefined) return;
    const { requests, windowMs, blockMs } = this.#options[rateClass];
    const nowMs = this.#clock.monotonic();
    const count = this.#countOf(rateClass, caller, windowMs, nowMs);
    count.requests += 1;
    if (count.blockedUntilMs === 0 && count.requests <= requests) return;
    if (count.blockedUntilMs === 0) count.blockedUntilMs = nowMs + blockMs;
    this.#refused += 1;
    const retryAfterMs = remainingMs(count.blockedUntilMs, nowMs, blockMs);
    throw new SignalboxError(
      'RATE_LIMITED',
      `${caller} asks too often: ${requests} requests of its kind (${rateClass}) in ${windowMs} ms are let in`,
      {
        nextStep: `Ask again in ${Math.ceil(retryAfterMs / 1_000)} s, and less often; the figures are in [http.rateLimits].`,
        details: { retryAfterMs, class: rateClass, requests, windowMs },
      },
    );
  }

  report(): RateLimitReport {
    const nowMs = this.#clock.monotonic();
    const blocked = [...this.#counts].flatMap(([rateClass, counts]) =>
      [...counts]
        .filter(([, { blockedUntilMs }]) => blockedUntilMs > nowMs)
        .map(([caller, { blockedUntilMs }]) => ({
          caller,
          class: rateClass,
          forMs: remainingMs(blockedUntilMs, nowMs, this.#options[rateClass].blockMs),
        })),
    );
    return { ...this.#options, refused: this.#refused, blocked };
  }

  /** Forgets what was counted. @param caller an address; all of them unless given */
  reset(caller?: string): void {
    for (const counts of this.#counts.values()) {
      if (caller === undefined) counts.clear();
      else counts.delete(caller);
    }
  }

  #countOf(rateClass: RateClass, caller: string, windowMs: number, nowMs: number): Count {
    const counts = this.#counts.get(rateClass) ?? new Map<string, Count>();
    const known = counts.get(caller);
    const endMs = known === undefined ? 0 : known.blockedUntilMs || known.sinceMs + windowMs;
    const count =
      known === undefined || nowMs >= endMs
        ? { sinceMs: nowMs, requests: 0, blockedUntilMs: 0 }
        : known;
    counts.delete(caller);
    counts.set(caller, count);
    if (counts.size > countedCallersMost) {
      for (const oldest of counts.keys()) {
        counts.delete(oldest);
        break;
      }
    }
    return count;
  }
}

/**
 * Never more than the block itself: a time after start with a fraction of a millisecond, plus the
 * block and minus itself, may be a hair above it, which would be a second more where seconds are told.
 */
function remainingMs(untilMs: number, nowMs: number, blockMs: number): number {
  return Math.min(blockMs, Math.ceil(untilMs - nowMs));
}

/** What waits in the line of a port, or ends a hold of it. */
const inLine = /^\/api\/v1\/(?:instruments|ports|leases|watch|live|events|workers)(?:\/|$)/;
const looks =
  /^\/(?:livez|readyz|api\/v1\/(?:status|rate-limits|tasks)|api\/thread-safety\/status)(?:\/|$)/;
const settings = /^\/api\/(?:v1\/(?:config|schedules|runs)|thread-safety)(?:\/|$)/;
const strict = /^\/api\/v1\/(?:shutdown|discover|log-levels|rate-limits|players)(?:\/|$)/;

/** What kind of request it is; undefined for what is not counted. */
export function rateClassOf(method: string, path: string): RateClass | undefined {
  if (inLine.test(path)) return undefined;
  const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  if (isRead && looks.test(path)) return 'statusCheck';
  if (!isRead && settings.test(path)) return 'configChanges';
  if (!isRead && strict.test(path)) return 'apiStrict';
  return path.startsWith('/api/') ? 'apiGeneral' : 'default';
}
