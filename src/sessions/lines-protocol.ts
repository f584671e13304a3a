import { ScpiMessageReader } from '../protocols/index.ts';
import type { ProgramMessage } from '../protocols/index.ts';
import type { ScpiDriver } from '../instruments/index.ts';
import type { ClientConversation, ClientProtocol, ClientRequest } from './client-protocol.ts';

/**
 * Lets programs that send lines (SCPI) share an instrument. A line that asks is one transaction with
 * its response, which is passed on as it came; nobody comes between the two.
 */
export function linesProtocol(driver: ScpiDriver): ClientProtocol {
  return {
    name: 'lines',
    // A query is done before the next line is sent, as the instrument itself would do it.
    inFlightMost: 1,
    converse: () => new LinesConversation(driver),
  };
}

class LinesConversation implements ClientConversation {
  readonly #driver: ScpiDriver;
  readonly #reader = new ScpiMessageReader();

  constructor(driver: ScpiDriver) {
    this.#driver = driver;
  }

  push(data: Uint8Array): ClientRequest[] {
    return this.#reader.push(data).flatMap((message) => this.#request(message));
  }

  #request(message: ProgramMessage): ClientRequest[] {
    if (message.kind === 'too-long') return [];
    const text = new TextDecoder('latin1').decode(message.bytes);
    const transaction = this.#driver.exchange(message.bytes, this.#driver.expectsReply(text));
    return [
      {
        label: transaction.label,
        perform: async (transact) => await transact(transaction),
        // An instrument that does not answer is silent; its client's own timeout says so.
        failure: () => undefined,
      },
    ];
  }
}
