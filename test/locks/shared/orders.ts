import type { Part } from './play.ts';
import type { Place } from './rooms.ts';

/** How a thread ends itself. */
export type End = 'exit' | 'throw';

/** A lock to take, and how. */
export interface Taking {
  /** Where the lock is imported from. */
  readonly room: string;
  readonly place: Place;
  readonly isSync: boolean;
  readonly timeoutMs?: number;
  /** Releases it as soon as it has it. */
  readonly isShort?: boolean;
}

/** What a thread may be told to do. */
export type Order =
  | { readonly do: 'import'; readonly room: string }
  | { readonly do: 'take'; readonly taking: Taking }
  | { readonly do: 'release'; readonly place: Place }
  | { readonly do: 'play'; readonly room: string; readonly part: Part }
  | { readonly do: 'end'; readonly how: End }
  /** To end where a room has `globalThis.endsHere?.()` planted in it. */
  | { readonly do: 'arm' };

/** What came of an order. */
export type Outcome =
  | {
      readonly how: 'held';
      readonly abandoned: boolean;
      /** How many had it before. */
      readonly turn: number;
    }
  | { readonly how: 'refused'; readonly code: unknown }
  | { readonly how: 'done' }
  /** The thread has ended before it was done. */
  | { readonly how: 'ended' };
