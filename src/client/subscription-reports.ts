import type { SignalboxError } from '../kernel/index.ts';
import type { ConnectionChange } from './client-options.ts';

/** What was published on a topic. */
export interface TopicUpdate {
  /** `values.dmm`, `ports.bus`. */
  readonly topic: string;
  /** Counts up by one with each update of the topic, in one run of the gateway. */
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How a topic stands. */
export interface TopicSnapshot {
  readonly topic: string;
  /** Of the newest update that it contains. */
  readonly sequence: number;
  /** Null for a topic that has no state, or that tells it later. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** Whether updates before it were missed. */
  readonly gap: boolean;
}

/** Told what comes on topics. */
export interface SubscriptionHandlers {
  readonly update?: (update: TopicUpdate) => void;
  /** At the beginning for each topic that has a state, and in place of what was missed. */
  readonly snapshot?: (snapshot: TopicSnapshot) => void;
  /** The connection broke, or is there again. What was missed comes after it is back. */
  readonly connection?: (change: ConnectionChange) => void;
  /** The subscription has ended and is not tried again: its token is no longer good. */
  readonly failed?: (error: SignalboxError) => void;
}

/** How a topic begins on a connection. */
export interface TopicBeginningReport {
  readonly topic: string;
  readonly kind: 'values' | 'events' | 'flow';
  readonly sequence: number;
  readonly snapshot: boolean;
  readonly recovered?: boolean;
}
