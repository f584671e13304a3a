import type { Transaction } from '../ports/index.ts';
import { concatenate, moreNeeded } from '../protocols/index.ts';
import type { ReplyReader } from '../protocols/index.ts';
import type { ClientConversation, ClientProtocol, ClientRequest } from './client-protocol.ts';

/** A request or reply of an unknown protocol is cut after so many bytes, silence or not. */
export const gapBytesMost = 65_536;
/** How long a request may be in line at its port. */
export const gapWaitMs = 2_000;

export interface GapOptions {
  /** So much silence ends a request, and a reply. */
  readonly silenceMs: number;
  /** How long the first byte of a reply may take; then there is none. */
  readonly timeoutMs: number;
  /**
   * Every reply has so many bytes, so that no silence has to end it; 0 when there are no replies.
   * @default replies of any length
   */
  readonly replyBytes?: number;
}

/**
 * Lets programs share a port whose protocol is not known: silence tells where a message ends. Nothing
 * is merged or sent again.
 */
export function gapProtocol(options: GapOptions): ClientProtocol {
  return {
    name: 'gap',
    inFlightMost: 1,
    waitMs: gapWaitMs,
    converse: () => new GapConversation(options),
  };
}

class GapConversation implements ClientConversation {
  readonly silenceMs: number;
  readonly #options: GapOptions;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(options: GapOptions) {
    this.#options = options;
    this.silenceMs = options.silenceMs;
  }

  push(data: Uint8Array): ClientRequest[] {
    this.#pieces.push(new Uint8Array(data));
    this.#length += data.length;
    return this.#length >= gapBytesMost ? this.silence() : [];
  }

  silence(): ClientRequest[] {
    const request = concatenate(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return request.length === 0 ? [] : [requestOf(request, this.#options)];
  }
}

function requestOf(request: Uint8Array, options: GapOptions): ClientRequest {
  const { timeoutMs, replyBytes } = options;
  const transaction: Transaction<Uint8Array | undefined> = {
    label: `${request.length} bytes`,
    timeoutMs,
    repeat: 'never',
    attempt: () => (replyBytes === 0 ? { request } : { request, reader: readerOf(options) }),
  };
  return {
    label: transaction.label,
    bytes: request.length,
    perform: async (transact) => await transact(transaction),
  };
}

/** Takes whatever comes, until there is enough of it or nothing more does. */
function readerOf({ silenceMs, replyBytes = gapBytesMost }: GapOptions): ReplyReader<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    silenceMs,
    silence: () => concatenate(pieces),
    push: (data) => {
      const taken = data.slice(0, replyBytes - length);
      pieces.push(taken);
      length += taken.length;
      if (length < replyBytes) return moreNeeded;
      return { kind: 'done', reply: concatenate(pieces), rest: data.subarray(taken.length) };
    },
  };
}
