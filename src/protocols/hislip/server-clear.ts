import type { Clock } from '../../kernel/index.ts';
import { hislipErrors, hislipFeatures } from './codes.ts';
import type { HislipMessage } from './message.ts';

/** A client that has not completed its device clear by then is gone. IVI-6.1, 6.12: 40 to 120 s. */
export const hislipClearMs = 60_000;

export interface HislipServerClearOptions {
  /** Whether the server can do overlap mode. */
  readonly canOverlap: boolean;
  /** Whether it proposes it. @default false */
  readonly prefersOverlap?: boolean;
  readonly clock: Clock;
}

/** How a client's DeviceClearComplete was taken. */
export type HislipClearOutcome =
  /** `answer` goes out on the synchronous channel; then a new exchange begins, of that mode. */
  | { readonly kind: 'cleared'; readonly isOverlap: boolean; readonly answer: HislipMessage }
  /** No device clear was under way. */
  | { readonly kind: 'refused'; readonly answer: HislipMessage };

/**
 * The server's side of a device clear. IVI-6.1, section 6.12: AsyncDeviceClear and its acknowledgement
 * on the asynchronous channel, DeviceClearComplete and its acknowledgement on the synchronous one.
 * In between, what comes on the synchronous channel is dropped unread.
 */
export class HislipServerClear {
  readonly #options: HislipServerClearOptions;
  #begunMs: number | undefined;

  constructor(options: HislipServerClearOptions) {
    this.#options = options;
  }

  /** Whether what comes on the synchronous channel is to be dropped. */
  get isUnderWay(): boolean {
    return this.#begunMs !== undefined;
  }

  /** Whether the client has let {@link hislipClearMs} pass: a FatalError ends the session. */
  get isOverdue(): boolean {
    const { clock } = this.#options;
    return this.#begunMs !== undefined && clock.monotonic() - this.#begunMs >= hislipClearMs;
  }

  /**
   * AsyncDeviceClear has come. The answer goes out on the asynchronous channel, when waits of this
   * client (for a lock) were ended. A second one begins the clear again.
   */
  begin(): HislipMessage {
    const { canOverlap, prefersOverlap = false, clock } = this.#options;
    this.#begunMs = clock.monotonic();
    const features = canOverlap && prefersOverlap ? hislipFeatures.overlap : 0;
    return { type: 'AsyncDeviceClearAcknowledge', features };
  }

  /** DeviceClearComplete has come, with what the client asks for. */
  complete(features: number): HislipClearOutcome {
    if (this.#begunMs === undefined) {
      const text = 'DeviceClearComplete without AsyncDeviceClear';
      const answer: HislipMessage = { type: 'Error', code: hislipErrors.unidentified, text };
      return { kind: 'refused', answer };
    }
    this.#begunMs = undefined;
    const isOverlap = this.#options.canOverlap && (features & hislipFeatures.overlap) !== 0;
    const agreed = isOverlap ? hislipFeatures.overlap : 0;
    return {
      kind: 'cleared',
      isOverlap,
      answer: { type: 'DeviceClearAcknowledge', features: agreed },
    };
  }
}
