import type { ProparWire } from '../../instruments/index.ts';
import { AsciiFrameReader, BinaryFrameReader } from '../../protocols/index.ts';
import type { ProparEvent, ProparMode } from '../../protocols/index.ts';
import type { ClientConversation, ClientProtocol, ClientRequest } from '../client-protocol.ts';
import { proparRequest } from './propar-request.ts';

/** A FLOW-BUS host has about five message buffers; a client that knows that sends no more ahead. */
export const proparAheadMost = 5;
/** How long a request may be in line at its port. The maker's library waits 0.5 s for an answer. */
export const proparWaitMs = 2_000;

/**
 * Lets programs that speak ProPar, binary or ASCII, share a bus. Each value that a client reads is a
 * read of its own, so it shares the wire with the same reads of others; the answer has the client's
 * own sequence number, node, return indices and chain layout. Everything else goes through as it is,
 * once, and never again.
 *
 * What an instrument refuses with, and an error frame by the host of the bus, are answered as they
 * came. When neither says anything, or the instrument is known to be offline, neither does this: an
 * error frame of our own would be one that a real bus did not send, and the maker's library fails on
 * them when it writes.
 */
export function proparProtocol(wire: ProparWire): ClientProtocol {
  return {
    name: 'propar',
    inFlightMost: proparAheadMost,
    waitMs: proparWaitMs,
    converse: () => new ProparConversation(wire),
  };
}

class ProparConversation implements ClientConversation {
  readonly #wire: ProparWire;
  readonly #binary = new BinaryFrameReader();
  #ascii = new AsciiFrameReader();

  constructor(wire: ProparWire) {
    this.#wire = wire;
  }

  push(data: Uint8Array): ClientRequest[] {
    const requests: ClientRequest[] = [];
    // Byte by byte, so that frames of the two forms stay in the order in which they ended.
    for (let at = 0; at < data.length; at += 1) {
      const one = data.subarray(at, at + 1);
      this.#add('binary', this.#binary.push(one), requests);
      if (this.#binary.isInside) this.#breakLine();
      else this.#add('ascii', this.#ascii.push(one), requests);
    }
    return requests;
  }

  /**
   * A colon inside a binary frame begins no line, and a line with a part of one in it is damaged: what
   * is left of it must not be taken for a request.
   */
  #breakLine(): void {
    if (this.#ascii.isInside) this.#ascii = new AsciiFrameReader();
  }

  #add(mode: ProparMode, events: readonly ProparEvent[], requests: ClientRequest[]): void {
    for (const event of events) {
      // An error frame is an answer; nobody asks with one.
      if (event.kind !== 'frame' || event.frame.errorCode !== undefined) continue;
      requests.push(proparRequest(this.#wire, mode, event.frame));
    }
  }
}
