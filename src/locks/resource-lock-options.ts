import type { Clock, ListenerFailure, Owner } from '../kernel/index.ts';
import type { TokenSource } from './fencing-token.ts';
import type { Hold } from './hold.ts';

/** What a `ResourceLock` tells. Holds are told of once at their grant and once at their end. */
export interface ResourceLockEvents {
  granted: { readonly hold: Hold };
  renewed: { readonly hold: Hold; readonly expiresInMs: number };
  released: { readonly hold: Hold };
  expired: { readonly hold: Hold };
  /** An operator ended it: who and why, for the audit. */
  broken: { readonly hold: Hold; readonly by: Owner; readonly reason: string };
  /** Holds have ended: what was refused may be granted now. Comes after the events of the holds. */
  freed: undefined;
}

export interface ResourceLockOptions {
  /** As people know it: `port bus`. */
  readonly name: string;
  /** Where it stands in the order in which locks must be taken. @default no order is checked */
  readonly rank?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Where fencing tokens come from. @default a source that ends with the process */
  readonly tokens?: TokenSource;
  /** Whether somebody waits who is not known here: renewals are limited then. @default nobody */
  readonly isWaitedFor?: () => boolean;
  /** How long renewals may stretch a hold while others wait. @default {@link renewedLongestMs} */
  readonly renewedLongestMs?: number;
  /** Told of each event listener that throws. */
  readonly onListenerFailure?: ListenerFailure;
}

/** Counted since the lock was made. */
export interface ResourceLockStatistics {
  readonly grants: number;
  readonly refusals: number;
  readonly renewals: number;
  readonly released: number;
  readonly expired: number;
  readonly broken: number;
  /** Longest time for which one grant was held. */
  readonly longestHoldMs: number;
}

/** While others wait, a hold is renewed up to this age and no further; then RENEWAL_LIMIT. */
export const renewedLongestMs = 60_000;
