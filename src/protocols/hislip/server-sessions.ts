import type { Clock } from '../../kernel/index.ts';
import { describeHislipFatal, hislipFatal, hislipFeatures, hislipVersions } from './codes.ts';
import type { HislipMessage } from './message.ts';
import { hislipSubAddressDefault, parseHislipSubAddress } from './sub-address.ts';
import type { HislipSubAddress } from './sub-address.ts';

/** A client's second connection must be there within so long. */
export const hislipPairingMs = 10_000;
/** For those who have no two letters of their own in VPP-9. */
export const hislipVendorIdDefault = 'XX';
const idsMost = 0x1_00_00;

/** A client with one connection or both. */
export interface HislipSession {
  /** 0 to 65535. */
  readonly id: number;
  /** What both sides speak: 0x0100 is 1.0. */
  readonly version: number;
  /** The client's. */
  readonly vendorId: string;
  readonly subAddress: HislipSubAddress;
}

export interface HislipSessionsOptions {
  /** More are refused. */
  readonly sessionsMost: number;
  /** Whether sessions begin in overlap mode. @default false */
  readonly prefersOverlap?: boolean;
  /** Two letters. @default {@link hislipVendorIdDefault} */
  readonly vendorId?: string;
  readonly clock: Clock;
  /** Draws ids, so that nobody can take another's second connection by guessing. @default Math.random */
  readonly random?: () => number;
}

export type HislipOpening =
  /** `answer` goes out on the connection that the client's message came from. */
  | { readonly kind: 'accepted'; readonly session: HislipSession; readonly answer: HislipMessage }
  /** `answer`, a FatalError, goes out; then the connection is closed. */
  | { readonly kind: 'refused'; readonly answer: HislipMessage };

interface Place {
  readonly session: HislipSession;
  readonly openedMs: number;
  isPaired: boolean;
}

type Initialize = Extract<HislipMessage, { type: 'Initialize' }>;

/** The sessions of a server, and which two connections belong together. IVI-6.1, section 6.1. */
export class HislipSessions {
  readonly #options: HislipSessionsOptions;
  readonly #places = new Map<number, Place>();

  constructor(options: HislipSessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#places.size;
  }

  /**
   * A synchronous channel begins.
   * @param isThere whether there is such a device; @default any is
   */
  open(
    { version, vendorId, subAddress: text }: Initialize,
    isThere: (subAddress: HislipSubAddress) => boolean = () => true,
  ): HislipOpening {
    const { prefersOverlap = false, clock } = this.#options;
    const subAddress = parseHislipSubAddress(text);
    if (version < hislipVersions.first) {
      return refused(hislipFatal.invalidInitialization, 'there is no HiSLIP before 1.0');
    }
    if (subAddress === undefined || !isThere(subAddress)) {
      const name = text === '' ? hislipSubAddressDefault : text;
      return refused(hislipFatal.invalidInitialization, `there is no ${name} here`);
    }
    const id = this.#freeId();
    if (id === undefined) {
      const reason = `at most ${this.#options.sessionsMost} sessions`;
      return refused(hislipFatal.tooManyClients, reason);
    }
    // The lower of both versions; this server's is the lowest that there is.
    const session = { id, version: hislipVersions.first, vendorId, subAddress };
    this.#places.set(id, { session, openedMs: clock.monotonic(), isPaired: false });
    const features = prefersOverlap ? hislipFeatures.overlap : 0;
    const answer: HislipMessage = {
      type: 'InitializeResponse',
      version: session.version,
      sessionId: id,
      features,
    };
    return { kind: 'accepted', session, answer };
  }

  /** An asynchronous channel begins: the second connection of a session. */
  attach(sessionId: number): HislipOpening {
    const place = this.#places.get(sessionId);
    if (place === undefined) {
      return refused(hislipFatal.invalidInitialization, `there is no session ${sessionId}`);
    }
    if (place.isPaired) {
      const reason = `session ${sessionId} has its asynchronous channel`;
      return refused(hislipFatal.invalidInitialization, reason);
    }
    place.isPaired = true;
    const { vendorId = hislipVendorIdDefault } = this.#options;
    const answer: HislipMessage = { type: 'AsyncInitializeResponse', vendorId, isSecure: false };
    return { kind: 'accepted', session: place.session, answer };
  }

  /**
   * Whether the session has both connections. What comes before is answered by the FatalError
   * `channelMissing`.
   */
  isPaired(sessionId: number): boolean {
    return this.#places.get(sessionId)?.isPaired === true;
  }

  /** Those that have waited for their second connection for {@link hislipPairingMs}: to be closed. */
  overdue(): HislipSession[] {
    const sinceMs = this.#options.clock.monotonic() - hislipPairingMs;
    return [...this.#places.values()]
      .filter(({ isPaired, openedMs }) => !isPaired && openedMs <= sinceMs)
      .map(({ session }) => session);
  }

  /** One of its connections is gone. */
  close(sessionId: number): void {
    this.#places.delete(sessionId);
  }

  #freeId(): number | undefined {
    const { sessionsMost, random = Math.random } = this.#options;
    if (this.#places.size >= Math.min(sessionsMost, idsMost)) return undefined;
    let id = Math.floor(random() * idsMost);
    while (this.#places.has(id)) id = (id + 1) % idsMost;
    return id;
  }
}

function refused(code: number, reason: string): HislipOpening {
  const text = `${describeHislipFatal(code)}: ${reason}`;
  return { kind: 'refused', answer: { type: 'FatalError', code, text } };
}
