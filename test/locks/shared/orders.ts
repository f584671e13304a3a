import type { Part } from './play.ts';
import type { Place } from './rooms.ts';

/** What a thread is started with. */
export interface Orders {
  /** Where it imports the locks from. */
  readonly room: string;
  readonly places: readonly Place[];
}

/** How a thread ends itself. */
export type End = 'exit' | 'throw';

/** What a thread may be told to do. */
export type Order =
  | {
      readonly do: 'take';
      /** Which of its places. */
      readonly place: number;
      readonly isSync: boolean;
      readonly timeoutMs?: number;
      /** Releases it as soon as it has it. */
      readonly isShort?: boolean;
    }
  | { readonly do: 'release'; readonly place: number }
  | {
      readonly do: 'play';
      /** Where it imports the locks from. */
      readonly room: string;
      readonly part: Part;
    }
  | { readonly do: 'end'; readonly how: End };

/** What came of an order. */
export type Outcome =
  | { readonly how: 'held'; readonly abandoned: boolean }
  | { readonly how: 'refused'; readonly code: unknown }
  | { readonly how: 'done' }
  /** The thread has ended before it was done. */
  | { readonly how: 'ended' };
