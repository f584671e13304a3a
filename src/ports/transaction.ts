import type { Chunk, Link } from '../links/index.ts';
import type { ReplyReader } from '../protocols/index.ts';

/**
 * How urgent a request is. `safety` passes the queue but not another's lease; `poll` is what can
 * wait. No priority starves: see {@link passedOverMost}.
 */
export type Priority = 'safety' | 'interactive' | 'poll';

/** All priorities, the most urgent first. */
export const priorities: readonly Priority[] = ['safety', 'interactive', 'poll'];

/** What follows the first bytes of a request that is too long to be held whole. */
export interface RequestRest {
  /**
   * The next bytes, the last of them with `end`. What fails here leaves half a request with the
   * instrument: the link is opened anew.
   */
  next(signal: AbortSignal): Promise<Chunk>;
  /** Whether a reply is due; asked when the end has gone out. */
  readonly expectsReply: boolean;
}

/** What a link can do besides carrying bytes. */
export type LinkAbilities = Pick<
  Link,
  | 'call'
  | 'clear'
  | 'exchange'
  | 'introduction'
  | 'readStatusByte'
  | 'request'
  | 'setLines'
  | 'setRemote'
  | 'trigger'
>;

/** One try to do a transaction on the wire. */
export interface Attempt<Reply> {
  readonly request: Uint8Array;
  /** @default the request is whole */
  readonly rest?: RequestRest;
  /** Absent when the protocol gives no reply: then the attempt ends when the bytes are written. */
  readonly reader?: ReplyReader<Reply>;
  /**
   * Done in the place of request and reply where the link has something better than bytes for it;
   * undefined where it has not.
   */
  operate?(link: LinkAbilities, signal: AbortSignal): Promise<Reply> | undefined;
  /**
   * Ends the wait for the reply, for an attempt that asked nothing: nothing is left outstanding.
   * @default it goes on to its end
   */
  readonly giveUp?: AbortSignal;
  /** Told that the reply did not come in time: whatever comes of it from now on is late. */
  abandon?(): void;
}

/** Whether and how a request may be sent again when its reply is lost. */
export type Repeat =
  /** It changes nothing: a read. */
  | 'safe'
  /** Read back first, and send again only when it did not take effect; see `verification`. */
  | 'verify'
  /** No: a question whose asking may change something. Its caller is told that no reply came. */
  | 'once'
  /** Never: a write. Its caller is told that the outcome is unknown. */
  | 'never';

/** How a write whose acknowledgement was lost is looked into. */
export interface Verification<Reply> {
  /** A safe read that says whether the write took effect. */
  readonly readBack: Transaction<boolean>;
  /** The reply to give when it did. */
  readonly reply: Reply;
}

/** Lets requests share one wire transaction. */
export interface Merge {
  /** Requests with the same key that wait at the same time are answered by one transaction. */
  readonly key: string;
  /** Requests of the same chain may travel in one message. */
  readonly chain?: Chain;
}

/** Puts several requests into one message. One object an instrument: identity tells chains apart. */
export interface Chain {
  /**
   * One transaction for as many of `parts` as fit into a message, the first always among them. Its
   * reply has one entry a part taken, in their order. When the instrument refuses the whole, the
   * port sends the parts one by one.
   */
  combine(parts: readonly Transaction<unknown>[]): ChainedTransaction;
}

/** What {@link Chain.combine} gives. */
export interface ChainedTransaction {
  readonly transaction: Transaction<readonly unknown[]>;
  /** How many of the parts it answers, from the first on. */
  readonly taken: number;
}

/** A request and its reply, indivisible on the wire. Plain: it may be attempted more than once. */
export interface Transaction<Reply> {
  /** For logs and traces: `read node 3 fMeasure`. */
  readonly label: string;
  /** The instrument on the port that it is for: `node 3`. Absent where the port has only one. */
  readonly scope?: string;
  /** The request's bytes and a reader for its reply, made anew for each attempt. */
  attempt(): Attempt<unknown>;
  /**
   * Turns what the reader gave into the reply. Requests that share a wire transaction each do it for
   * themselves. May throw. @default the reader gives the reply
   */
  readonly interpret?: (raw: unknown) => Reply;
  /** How long the reply may take, from the last byte of the request on. */
  readonly timeoutMs: number;
  readonly repeat: Repeat;
  readonly verification?: Verification<Reply>;
  /** @default 'interactive' */
  readonly priority?: Priority;
  readonly merge?: Merge;
  /** A value read at most so long ago will do. Needs `merge`. @default 0 */
  readonly maxAgeMs?: number;
}

/** The reply that a transaction makes of what its reader gave. */
export function interpretReply<Reply>(transaction: Transaction<Reply>, raw: unknown): Reply {
  return transaction.interpret === undefined ? (raw as Reply) : transaction.interpret(raw);
}

/** The same transaction with its reply turned into something else. */
export function mapTransaction<From, To>(
  transaction: Transaction<From>,
  turn: (reply: From) => To,
): Transaction<To> {
  const { verification: _verification, ...rest } = transaction;
  return { ...rest, interpret: (raw) => turn(interpretReply(transaction, raw)) };
}
