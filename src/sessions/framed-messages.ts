import type { ClientConversation, ClientProtocol, ClientRequest } from './client-protocol.ts';
import type { ClientMessage, MessageConversation, MessageProtocol } from './message-protocol.ts';

/**
 * Messages in a protocol of bytes (ProPar frames, bytes with gaps): each request in them is a message,
 * and its answer a response that ends with END.
 */
export function framedMessages(protocol: ClientProtocol): MessageProtocol {
  return { converse: () => new FramedConversation(protocol) };
}

class FramedConversation implements MessageConversation {
  /** Frames are complete in themselves: what is no whole one is noise. */
  readonly isInside = false;
  readonly #protocol: ClientProtocol;
  #conversation: ClientConversation;

  constructor(protocol: ClientProtocol) {
    this.#protocol = protocol;
    this.#conversation = protocol.converse();
  }

  push(data: Uint8Array, isEnd: boolean): readonly ClientMessage[] {
    const requests = this.#conversation.push(data);
    // Where a silence would end a request, so does END.
    const last = isEnd ? (this.#conversation.silence?.() ?? []) : [];
    return [...requests, ...last].map(messageOf);
  }

  clear(): void {
    this.#conversation = this.#protocol.converse();
  }
}

function messageOf(request: ClientRequest): ClientMessage {
  return {
    isWhole: true,
    expectsResponse: true,
    perform: async (transact, taker) => {
      const answer = await request.perform(transact);
      if (answer !== undefined) taker.take(answer, true);
    },
  };
}
