import type { JsonRpcEvent, JsonRpcMessage } from '../../../protocols/index.ts';

/** Something that was posted; who posted it may take it back while it is not sent. */
export interface Posted {
  /** Whether any of it may have reached the other side. */
  readonly isSent: boolean;
  /** Takes it back, so that it is never sent. Without effect when it is sent. */
  takeBack(): void;
}

/** What a channel tells its one user. */
export interface ChannelUser {
  /** Something came: all that one piece of it held. */
  onEvents(events: readonly JsonRpcEvent[]): void;
  /** The other side has closed, or the channel broke: nothing more comes. Once. */
  onEnd(reason: string): void;
}

/**
 * Messages to and from the other side, in order. What is posted in one turn of the event loop is
 * sent together; what the other side does not take yet waits, up to {@link waitingBytesMost}.
 */
export interface RpcChannel {
  /** Begins to give what comes to its one user. */
  open(user: ChannelUser): void;
  /**
   * @throws VALUE_INVALID for what cannot travel; WORKER_BUSY when too much waits already, because
   *   the other side does not read
   */
  post(message: JsonRpcMessage): Posted;
  /** As {@link post}, where nothing else will follow in this turn: it is sent at once. */
  postAlone(message: JsonRpcMessage): Posted;
  /** Resolves when all that was posted is with the operating system, or never will be. */
  flushed(): Promise<void>;
  /** Sends nothing more and reads nothing more. */
  close(): void;
}

/** So much waits at most for a side that does not read; one message may be longer, alone. */
export const waitingBytesMost = 67_108_864;
