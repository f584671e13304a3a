import {
  asSignalboxError,
  BackOff,
  hasCode,
  SignalboxError,
  sleep,
  systemClock,
  TtlCache,
} from '../../../kernel/index.ts';
import type { CacheStatistics, Clock } from '../../../kernel/index.ts';
import type { HttpAuthorization } from '../http-service.ts';
import type { IssuedTokens, OAuthServer } from './oauth-server.ts';
import type { StoredTokens, TokenFile } from './token-file.ts';

/** With less than this left of its life a token is refreshed in the background; of a short life, a sixth of it. */
export const refreshAheadMs = 600_000;
/** With less than this left it is refreshed before it is used; of a short life, a twelfth of it. */
export const refreshFirstMs = 300_000;
/** A refresh that fails for a while is tried so often more, after these pauses. */
export const refreshRetriesMost = 3;
const retryFirstMs = 500;
/** After a refresh that failed, a token that is good still is used for so long before the next one. */
export const refreshPauseMs = 30_000;
/** A server that asks for a longer pause is not waited for. */
const retryPauseMostMs = 10_000;
/** So long after the user agreed a sign-in ends, whatever is refreshed: about six months, as Spotify has it since 2026. */
export const signInLifeMs: number = 182 * 86_400_000;
/** So long before, the user is warned. */
export const signInWarningMs: number = 7 * 86_400_000;

export interface TokenStoreOptions {
  /** Of the player, as people know it. */
  readonly name: string;
  readonly file: TokenFile;
  readonly server: Pick<OAuthServer, 'clientId' | 'refresh'>;
  /** Where a browser signs in. */
  readonly signInUrl: () => string;
  /** Told, once a day at the most, that the sign-in ends soon. */
  readonly onWarning?: (message: string) => void;
  /** @default Math.random */
  readonly random?: () => number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** How it is with a sign-in. Nothing of it is secret. */
export interface SignInStatus {
  /** `ended`: the service took it back, or its time is over. */
  readonly state: 'signed-in' | 'signed-out' | 'ended';
  /** When the access token ends, ms since 1970. */
  readonly expiresAtMs?: number;
  /** When the user has to agree again, ms since 1970. */
  readonly endsAtMs?: number;
  readonly scope?: string;
}

/** What has come of the tokens since the start. */
export interface TokenStatistics extends Pick<CacheStatistics, 'hits' | 'misses' | 'hitRate'> {
  /** Refreshes that were begun, each with all its tries. */
  readonly refreshes: number;
  /** Refreshes that came to no token. */
  readonly failures: number;
}

const key = 'token';

/**
 * The tokens of one sign-in: refreshed ahead of their end, by one caller for all of this process, and by
 * one process for all that share the file. A new refresh token is on the disk before the access token
 * that came with it is used: a server that takes the first use for a receipt ends the old one then.
 */
export class TokenStore implements HttpAuthorization {
  readonly #options: TokenStoreOptions;
  readonly #clock: Clock;
  readonly #cache: TtlCache<typeof key, StoredTokens>;
  /** An access token that the service did not take. */
  #refused: string | undefined;
  /** What could not be stored yet. It is not used before. */
  #unstored: StoredTokens | undefined;
  #refreshes = 0;
  #failures = 0;
  #warnedMs = -Infinity;
  /** Monotonic. */
  #refreshFromMs = -Infinity;

  constructor(options: TokenStoreOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#cache = new TtlCache({ entriesMost: 1, clock: this.#clock });
  }

  /** @throws SIGN_IN_REQUIRED with the address to open, and what a refresh that failed came to */
  async header(signal?: AbortSignal): Promise<string> {
    return `Bearer ${(await this.#tokens(signal)).accessToken}`;
  }

  refused(header: string): void {
    const token = header.replace(/^Bearer /, '');
    this.#refused = token;
    if (this.#cache.get(key)?.accessToken === token) this.#cache.delete(key);
  }

  /** What a new sign-in gave: all that was before it ends. @throws CONFIG_UNREADABLE */
  async signIn(issued: IssuedTokens): Promise<void> {
    const { accessToken, lifeMs, refreshToken, scope = '' } = issued;
    if (refreshToken === undefined) {
      throw new SignalboxError('REPLY_MALFORMED', 'the sign-in came without a refresh token');
    }
    const nowMs = this.#clock.now();
    using _lock = await this.#options.file.lock();
    await this.#store({
      clientId: this.#options.server.clientId,
      accessToken,
      lifeMs,
      expiresAtMs: nowMs + lifeMs,
      refreshToken,
      scope,
      authorizedAtMs: nowMs,
      isEnded: false,
    });
    this.#cache.clear();
  }

  /** @throws CONFIG_UNREADABLE */
  async signOut(): Promise<void> {
    using _lock = await this.#options.file.lock();
    this.#unstored = undefined;
    await this.#options.file.remove();
    this.#cache.clear();
  }

  /** @throws CONFIG_INVALID, CONFIG_UNREADABLE */
  async status(): Promise<SignInStatus> {
    const stored = await this.#stored();
    if (stored === undefined) return { state: 'signed-out' };
    const { expiresAtMs, authorizedAtMs, scope, isEnded } = stored;
    const endsAtMs = authorizedAtMs + signInLifeMs;
    return { state: isEnded ? 'ended' : 'signed-in', expiresAtMs, endsAtMs, scope };
  }

  /** Forgets what is in memory: the next request finds it in the file. */
  reload(): void {
    this.#cache.clear();
  }

  statistics(): TokenStatistics {
    const { hits, misses, hitRate } = this.#cache.statistics();
    return { hits, misses, hitRate, refreshes: this.#refreshes, failures: this.#failures };
  }

  async #tokens(signal: AbortSignal | undefined): Promise<StoredTokens> {
    const cached = await this.#cached(signal);
    this.#warn(cached);
    if (this.#leftMs(cached) > 0) return cached;
    // The machine slept, or its clock was set: the cache, which counts by itself, knows nothing of it.
    this.#cache.delete(key);
    return await this.#cached(signal);
  }

  async #cached(signal: AbortSignal | undefined): Promise<StoredTokens> {
    return await this.#cache.load(key, async () => await this.#load(), {
      ttlMs: (stored) => this.#leftMs(stored) - firstMs(stored),
      aheadMs: (stored) => aheadMs(stored) - firstMs(stored),
      // What is given up half way may have used up the refresh token.
      whenAbandoned: 'finish',
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #load(): Promise<StoredTokens> {
    const { file } = this.#options;
    const found = await this.#stored();
    if (found !== undefined && this.#isGood(found)) return found;
    using _lock = await file.lock();
    await this.#storeRest();
    // Another process may have done it while this one waited.
    const stored = await this.#stored();
    if (stored === undefined || stored.isEnded) throw this.#signInRequired(stored);
    if (this.#isGood(stored)) return stored;
    const isPausing = this.#clock.monotonic() < this.#refreshFromMs;
    return isPausing && this.#isGoodStill(stored) ? stored : await this.#refresh(stored);
  }

  async #refresh(stored: StoredTokens): Promise<StoredTokens> {
    this.#refreshes += 1;
    try {
      const refreshed = await this.#ask(stored);
      await this.#store(refreshed);
      return refreshed;
    } catch (error) {
      if (!hasCode(error, 'SIGN_IN_REQUIRED')) {
        this.#failures += 1;
        this.#refreshFromMs = this.#clock.monotonic() + refreshPauseMs;
        if (this.#isGoodStill(stored)) return stored;
        throw error;
      }
      return await this.#refusedRefresh(stored);
    }
  }

  /** Final, unless a program that knows of no lock has refreshed it meanwhile. */
  async #refusedRefresh(used: StoredTokens): Promise<StoredTokens> {
    const now = await this.#options.file.read();
    if (now !== undefined && !now.isEnded && now.refreshToken !== used.refreshToken) {
      if (this.#isGood(now)) return now;
      return await this.#refresh(now);
    }
    this.#failures += 1;
    const ended = { ...used, isEnded: true };
    await this.#store(ended);
    throw this.#signInRequired(ended);
  }

  async #ask(stored: StoredTokens): Promise<StoredTokens> {
    const { server, random } = this.#options;
    const backOff = new BackOff({
      firstMs: retryFirstMs,
      ...(random === undefined ? {} : { random }),
    });
    for (;;) {
      try {
        const issued = await server.refresh(stored.refreshToken);
        return {
          ...stored,
          accessToken: issued.accessToken,
          lifeMs: issued.lifeMs,
          expiresAtMs: this.#clock.now() + issued.lifeMs,
          refreshToken: issued.refreshToken ?? stored.refreshToken,
          scope: issued.scope ?? stored.scope,
        };
      } catch (error) {
        const pauseMs = Math.max(backOff.nextMs(), askedPauseMs(error));
        const isLast = backOff.attempts > refreshRetriesMost || pauseMs > retryPauseMostMs;
        if (isLast || !isPassing(error)) throw error;
        await sleep(this.#clock, pauseMs);
      }
    }
  }

  async #stored(): Promise<StoredTokens | undefined> {
    const stored = await this.#options.file.read();
    // That of another app is of no use to this one.
    return stored?.clientId === this.#options.server.clientId ? stored : undefined;
  }

  async #store(tokens: StoredTokens): Promise<void> {
    this.#unstored = tokens;
    await this.#options.file.write(tokens);
    this.#unstored = undefined;
  }

  /** What a full disk kept from being stored. */
  async #storeRest(): Promise<void> {
    if (this.#unstored !== undefined) await this.#store(this.#unstored);
  }

  #isGood(stored: StoredTokens): boolean {
    return !this.#isOver(stored) && this.#leftMs(stored) > aheadMs(stored);
  }

  /** Good enough where no better one is to be had. */
  #isGoodStill(stored: StoredTokens): boolean {
    // What could not be stored may have ended the one that is.
    if (this.#unstored !== undefined) return false;
    return !this.#isOver(stored) && this.#leftMs(stored) > firstMs(stored);
  }

  #isOver(stored: StoredTokens): boolean {
    return stored.isEnded || stored.accessToken === this.#refused;
  }

  #leftMs({ expiresAtMs }: StoredTokens): number {
    return expiresAtMs - this.#clock.now();
  }

  #warn({ authorizedAtMs }: StoredTokens): void {
    const { name, onWarning, signInUrl } = this.#options;
    const leftMs = authorizedAtMs + signInLifeMs - this.#clock.now();
    const nowMs = this.#clock.monotonic();
    if (leftMs > signInWarningMs || nowMs - this.#warnedMs < dayMs) return;
    this.#warnedMs = nowMs;
    const days = Math.max(0, Math.floor(leftMs / dayMs));
    onWarning?.(`the sign-in of ${name} ends in ${days} days: sign in again at ${signInUrl()}`);
  }

  #signInRequired(stored: StoredTokens | undefined): SignalboxError {
    const { name, signInUrl } = this.#options;
    const url = signInUrl();
    const what = stored === undefined ? 'is not signed in' : 'was signed out by the service';
    const again = stored === undefined ? 'sign in' : 'sign in again';
    return new SignalboxError('SIGN_IN_REQUIRED', `${name} ${what}: ${again} at ${url}`, {
      details: { player: name, signInUrl: url },
      nextStep: `Open ${url} in a browser on this machine.`,
    });
  }
}

const dayMs = 86_400_000;

function aheadMs({ lifeMs }: StoredTokens): number {
  return Math.min(refreshAheadMs, lifeMs / 6);
}

function firstMs({ lifeMs }: StoredTokens): number {
  return Math.min(refreshFirstMs, lifeMs / 12);
}

/** Whether the same may come to tokens a little later. */
function isPassing(error: unknown): boolean {
  const { code, details } = asSignalboxError(error);
  return (
    details['transient'] === true || code === 'LINK_COMMUNICATION' || code === 'INSTRUMENT_TIMEOUT'
  );
}

function askedPauseMs(error: unknown): number {
  const { retryAfterMs } = asSignalboxError(error).details;
  return typeof retryAfterMs === 'number' ? retryAfterMs : 0;
}
