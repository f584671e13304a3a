import { SignalboxError, systemClock } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import type { Attempt, Resynchronization } from '../../../ports/index.ts';
import {
  describeFrameError,
  describeStatus,
  encodeAsciiFrame,
  encodeBinaryFrame,
  mapReply,
  parseMessage,
  ProparReplyReader,
  SequenceNumbers,
} from '../../../protocols/index.ts';
import type {
  ProparFrame,
  ProparMessage,
  ProparMode,
  ReplyReader,
} from '../../../protocols/index.ts';

/** How long an instrument may take to answer. The maker's library waits as long. */
export const answerTimeoutMs = 500;

/**
 * A chained read, and its answer, are kept to so many bytes: older instruments have buffers of 64.
 * What does not fit goes into the next message.
 */
export const chainBytesMost = 60;

export interface ProparWireOptions {
  /** @default 'binary' */
  readonly mode?: ProparMode;
  /** @default {@link answerTimeoutMs} */
  readonly timeoutMs?: number;
  /** How long a chained read and its answer may be. @default {@link chainBytesMost} */
  readonly chainBytes?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** What all ProPar instruments of one port have in common: the framing and the sequence numbers. */
export class ProparWire {
  readonly mode: ProparMode;
  readonly timeoutMs: number;
  readonly chainBytes: number;
  readonly #sequences: SequenceNumbers;
  /** Who has answered, also late. */
  readonly #answered = new Set<number>();

  constructor(options: ProparWireOptions = {}) {
    this.mode = options.mode ?? 'binary';
    this.timeoutMs = options.timeoutMs ?? answerTimeoutMs;
    this.chainBytes = options.chainBytes ?? chainBytesMost;
    this.#sequences = new SequenceNumbers(options.clock ?? systemClock);
  }

  /** How a port on this wire keeps late replies from others: by their numbers, or by waiting. */
  get resynchronization(): Resynchronization {
    return this.mode === 'binary' ? { kind: 'none' } : { kind: 'quiet' };
  }

  /** Whether an instrument of that address has ever answered on this wire. */
  hasAnswered(node: number): boolean {
    return this.#answered.has(node);
  }

  /** One message to a node. Without a reply when none is due. */
  attempt(
    node: number,
    data: Uint8Array,
  ): Pick<Attempt<unknown>, 'abandon' | 'request'> & { reader: ReplyReader<ProparFrame> } {
    const sequence = this.mode === 'binary' ? this.#sequences.next() : 0;
    const encode = this.mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame;
    const reader = new ProparReplyReader({
      mode: this.mode,
      sequence,
      node,
      late: (frame) => {
        this.#sequences.settle(frame.sequence);
        this.#note(frame);
      },
    });
    return {
      request: encode({ sequence, node, data }),
      reader: mapReply(reader, (frame) => {
        this.#note(frame);
        return frame;
      }),
      abandon: () => this.#sequences.abandon(sequence),
    };
  }

  /** As {@link attempt}, with the reply turned by `turn`, whose errors are refusals. */
  attemptAs<Reply>(
    node: number,
    data: Uint8Array,
    turn: (message: ProparMessage) => Reply,
  ): Attempt<Reply> {
    const { reader, ...rest } = this.attempt(node, data);
    return { ...rest, reader: mapReply(reader, (frame) => turn(messageOf(frame, node))) };
  }

  /** An error frame comes from the host of the bus, whatever node it names. */
  #note({ node, errorCode }: ProparFrame): void {
    if (errorCode === undefined) this.#answered.add(node);
  }
}

/** Error frames by which the host of a bus says that the instrument did not answer it. */
const unanswered: readonly number[] = [8, 9];
/** Error frames that a damaged request brings: it did not get as far as an instrument. */
const damaged: readonly number[] = [1, 2, 3, 4];

/**
 * What a frame says.
 * @throws INSTRUMENT_TIMEOUT or INSTRUMENT_ERROR for an error frame, REPLY_MALFORMED for what is no
 *   message
 */
export function messageOf(frame: ProparFrame, node: number): ProparMessage {
  const { errorCode } = frame;
  if (errorCode !== undefined) {
    throw new SignalboxError(
      unanswered.includes(errorCode) ? 'INSTRUMENT_TIMEOUT' : 'INSTRUMENT_ERROR',
      `the host of the bus says of node ${node}: ${describeFrameError(errorCode)} (${errorCode})`,
      { details: { frameError: errorCode, transient: damaged.includes(errorCode) } },
    );
  }
  const message = parseMessage(frame.data);
  if (message.kind !== 'malformed') return message;
  throw new SignalboxError('REPLY_MALFORMED', `node ${node} sent ${message.reason}`);
}

/** The error for a status other than 0. */
export function statusError(status: number, position: number, what: string): SignalboxError {
  return new SignalboxError(
    'INSTRUMENT_ERROR',
    `${what}: the instrument says ${describeStatus(status)} (status ${status})`,
    { details: { status, position } },
  );
}
