import { SignalboxError } from '../kernel/index.ts';
import { messageLengthMost, ScpiMessageReader } from '../protocols/index.ts';
import type { HeldMessage } from '../protocols/index.ts';
import type { ScpiDriver } from '../instruments/index.ts';
import type { ClientConversation, ClientProtocol, ClientRequest } from './client-protocol.ts';

/** How long a line may be in line at its port: VISA programs wait 2 to 10 s for an answer. */
export const linesWaitMs = 10_000;

/**
 * Lets programs that send lines (SCPI) share an instrument. A line that asks is one transaction with
 * its response, which is passed on as it came, blocks and terminator included; nobody comes between
 * the two. Lines end as the instrument's do. A query that comes to no response is answered with silence: its program's timeout says so.
 */
export function linesProtocol(driver: ScpiDriver): ClientProtocol {
  return {
    name: 'lines',
    // A query is done before the next line is sent, as the instrument itself would do it.
    inFlightMost: 1,
    waitMs: linesWaitMs,
    converse: () => new LinesConversation(driver),
  };
}

class LinesConversation implements ClientConversation {
  readonly #driver: ScpiDriver;
  readonly #reader: ScpiMessageReader;

  constructor(driver: ScpiDriver) {
    this.#driver = driver;
    const { terminator } = driver;
    this.#reader = new ScpiMessageReader({ terminator });
  }

  push(data: Uint8Array): ClientRequest[] {
    return this.#reader.push(data).map((message) => this.#request(message));
  }

  #request(message: HeldMessage): ClientRequest {
    if (message.kind === 'too-long') return tooLong(message.length);
    const { bytes, isQuery } = message;
    const transaction = this.#driver.exchange(bytes, this.#driver.expectsReply(bytes, isQuery));
    return {
      label: transaction.label,
      bytes: bytes.length,
      perform: async (transact) => await transact(transaction),
    };
  }
}

/** In the place of a message that was dropped, so that the log tells of it. */
function tooLong(length: number): ClientRequest {
  return {
    label: `a message of ${length} bytes`,
    bytes: 0,
    perform: async () => {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `a message of ${length} bytes was dropped; the longest allowed has ${messageLengthMost}`,
      );
    },
  };
}
