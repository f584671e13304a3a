import type { Transaction } from '../ports/index.ts';
import { concatenate, moreNeeded } from '../protocols/index.ts';
import type { ReplyReader } from '../protocols/index.ts';
import type { ClientProtocol, ClientRequest } from './client-protocol.ts';

/** A request or reply of an unknown protocol is cut after so many bytes, silence or not. */
export const gapBytesMost = 65_536;

export interface GapOptions {
  /** So much silence ends a request, and a reply. */
  readonly silenceMs: number;
  /** How long the first byte of a reply may take; then there is none. */
  readonly timeoutMs: number;
}

/** Lets programs share a port whose protocol is not known: silence tells where a message ends. */
export function gapProtocol(options: GapOptions): ClientProtocol {
  return {
    name: 'gap',
    inFlightMost: 1,
    converse: () => {
      let pieces: Uint8Array[] = [];
      let length = 0;
      const cut = (): ClientRequest[] => {
        const request = concatenate(pieces);
        pieces = [];
        length = 0;
        return request.length === 0 ? [] : [requestOf(request, options)];
      };
      return {
        silenceMs: options.silenceMs,
        push: (data) => {
          pieces.push(data.slice());
          length += data.length;
          return length >= gapBytesMost ? cut() : [];
        },
        silence: cut,
      };
    },
  };
}

function requestOf(request: Uint8Array, options: GapOptions): ClientRequest {
  const transaction: Transaction<Uint8Array> = {
    label: `${request.length} bytes`,
    timeoutMs: options.timeoutMs,
    repeat: 'never',
    attempt: () => ({ request, reader: silenceReader(options.silenceMs) }),
  };
  return {
    label: transaction.label,
    perform: async (transact) => await transact(transaction),
    failure: () => undefined,
  };
}

/** Takes whatever comes, until nothing more does. */
function silenceReader(silenceMs: number): ReplyReader<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    silenceMs,
    silence: () => concatenate(pieces),
    push: (data) => {
      pieces.push(data.slice());
      length += data.length;
      if (length < gapBytesMost) return moreNeeded;
      return { kind: 'done', reply: concatenate(pieces), rest: new Uint8Array() };
    },
  };
}
