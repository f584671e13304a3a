import type { Agent } from './agent.ts';
import type { FencingToken } from './fencing-token.ts';
import type { Owner } from '../kernel/index.ts';

/**
 * How a resource is held: by one alone, or by all who name the same key. Both, their nesting, and
 * going from shared to exclusive and back are those of `viLock` (VPP-4.3, section 3.6).
 */
export type LockMode = 'exclusive' | { readonly shared: string };

/** A longer shared key is refused, as by VISA (VPP-4.3: 256 characters with the final NUL). */
export const sharedKeyLengthMost = 255;

/** A hold may be asked for no longer than this at a time; who needs more renews it. One day. */
export const holdLongestMs = 86_400_000;

/** A wish to hold a resource. */
export interface HoldRequest {
  /** Who will hold it. @default the call chain that runs now */
  readonly by?: Agent | undefined;
  readonly mode: LockMode;
  /** After how long it ends by itself unless renewed. @default never: something else must end it */
  readonly holdMs?: number;
}

/** One grant of a resource. Several of one agent nest: each has its own token and end. */
export interface Hold {
  readonly token: FencingToken;
  readonly by: Agent;
  readonly mode: LockMode;
  /** When it was granted, ms since 1970. */
  readonly sinceMs: number;
}

/** A hold as people see it. Plain data. */
export interface HoldStatus {
  readonly owner: Owner;
  readonly mode: LockMode;
  readonly token: string;
  readonly sinceMs: number;
  readonly heldMs: number;
  /** Absent for a hold that does not end by itself. */
  readonly expiresInMs?: number;
}

/** Why a hold ended. */
export type HoldEnd = 'released' | 'expired' | 'broken';

/** The mode in a few words: `shared by key 'bench'`. */
export function describeMode(mode: LockMode): string {
  return mode === 'exclusive' ? 'exclusive' : `shared by key '${mode.shared}'`;
}
