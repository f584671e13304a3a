import type { Update } from './update.ts';

/** How the hub stands on a topic, for who begins to listen or missed something. */
export interface Snapshot {
  readonly topic: string;
  /** Of the newest update that it contains. */
  readonly sequence: number;
  /** Whether updates between what the client has and this are lost to it. */
  readonly isGap: boolean;
  /** How things stand, as JSON; null for a topic that has no state. */
  readonly json: string;
}

/** What clients of one kind get: the bytes of one update, ready to be written. */
export interface Encoding {
  update(update: Update): Uint8Array;
  snapshot(snapshot: Snapshot): Uint8Array;
}
