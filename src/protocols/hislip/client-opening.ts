import { SignalboxError } from '../../kernel/index.ts';
import { hislipFeatures, hislipVersions } from './codes.ts';
import type { HislipMessage } from './message.ts';
import type { HislipChannel } from './message-types.ts';
import { hislipFailure } from './failure.ts';
import { hislipVendorIdDefault } from './server-sessions.ts';
import { hislipSubAddressDefault } from './sub-address.ts';

export interface HislipClientOpeningOptions {
  /** @default 'hislip0' */
  readonly subAddress?: string;
  /** Two letters. @default {@link hislipVendorIdDefault} */
  readonly vendorId?: string;
  /** The largest message that this side takes. */
  readonly messageBytesMost: number;
}

/** What the server said of itself. */
export interface HislipOpenedSession {
  readonly id: number;
  readonly vendorId: string;
  readonly isOverlap: boolean;
  /** The largest message that the server takes. */
  readonly messageBytesMost: number;
}

export type HislipOpeningStep =
  /** What to send next; the asynchronous connection is made when it is first sent on. */
  | { readonly kind: 'send'; readonly on: HislipChannel; readonly message: HislipMessage }
  | { readonly kind: 'open'; readonly session: HislipOpenedSession };

/** How a client opens a session, step by step. IVI-6.1, sections 6.1 and 6.10. */
export class HislipClientOpening {
  readonly #options: HislipClientOpeningOptions;
  #id = 0;
  #isOverlap = false;
  #vendorId = '';
  #awaited: HislipMessage['type'] = 'InitializeResponse';

  constructor(options: HislipClientOpeningOptions) {
    this.#options = options;
  }

  /** What goes out first, on the first connection. */
  start(): HislipMessage {
    const { subAddress = hislipSubAddressDefault, vendorId = hislipVendorIdDefault } =
      this.#options;
    return { type: 'Initialize', version: hislipVersions.first, vendorId, subAddress };
  }

  /**
   * The server's message, from either connection.
   * @throws LINK_COMMUNICATION, LINK_PROTOCOL or INSTRUMENT_ERROR when the server refuses, or sends
   *   what is not its turn
   */
  take(message: HislipMessage): HislipOpeningStep {
    if (message.type === 'FatalError' || message.type === 'Error') throw hislipFailure(message);
    if (message.type !== this.#awaited) {
      throw new SignalboxError(
        'LINK_PROTOCOL',
        `the server sent ${message.type} in place of ${this.#awaited}`,
      );
    }
    switch (message.type) {
      case 'InitializeResponse':
        return this.#takeInitialized(message.sessionId, message.features);
      case 'AsyncInitializeResponse': {
        this.#vendorId = message.vendorId;
        const { messageBytesMost: bytes } = this.#options;
        this.#awaited = 'AsyncMaximumMessageSizeResponse';
        return send('asynchronous', { type: 'AsyncMaximumMessageSize', bytes });
      }
      case 'AsyncMaximumMessageSizeResponse': {
        const [id, vendorId, isOverlap] = [this.#id, this.#vendorId, this.#isOverlap];
        const session = { id, vendorId, isOverlap, messageBytesMost: message.bytes };
        return { kind: 'open', session };
      }
      default:
        throw new SignalboxError('INTERNAL', `${message.type} is no step of an opening`);
    }
  }

  #takeInitialized(sessionId: number, features: number): HislipOpeningStep {
    const secure = hislipFeatures.encryptionMandatory | hislipFeatures.initialEncryption;
    if ((features & secure) !== 0) {
      throw new SignalboxError(
        'LINK_COMMUNICATION',
        'the server takes encrypted connections only, which Signalbox does not make',
      );
    }
    this.#id = sessionId;
    this.#isOverlap = (features & hislipFeatures.overlap) !== 0;
    this.#awaited = 'AsyncInitializeResponse';
    return send('asynchronous', { type: 'AsyncInitialize', sessionId });
  }
}

function send(on: HislipChannel, message: HislipMessage): HislipOpeningStep {
  return { kind: 'send', on, message };
}
