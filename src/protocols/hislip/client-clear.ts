import { hislipFeatures } from './codes.ts';
import type { HislipMessage } from './message.ts';

/**
 * The client's side of a device clear. IVI-6.1, section 6.12. While it is under way, what comes on the
 * synchronous channel is dropped, and nothing but its own messages is sent there.
 */
export class HislipClientClear {
  readonly #wantsOverlap: boolean;
  #state: 'idle' | 'begun' | 'completing' = 'idle';

  constructor(wantsOverlap = false) {
    this.#wantsOverlap = wantsOverlap;
  }

  get isUnderWay(): boolean {
    return this.#state !== 'idle';
  }

  /** What goes out on the asynchronous channel, once what was being sent on the other is whole. */
  begin(): HislipMessage {
    this.#state = 'begun';
    return { type: 'AsyncDeviceClear' };
  }

  /**
   * AsyncDeviceClearAcknowledge has come: what goes out on the synchronous channel; nothing when it
   * was not waited for. The mode is the client's to choose, whatever the server prefers.
   */
  acknowledged(): HislipMessage | undefined {
    if (this.#state !== 'begun') return undefined;
    this.#state = 'completing';
    const features = this.#wantsOverlap ? hislipFeatures.overlap : 0;
    return { type: 'DeviceClearComplete', features };
  }

  /**
   * DeviceClearAcknowledge has come: a new exchange begins, of the mode that the server settled on;
   * nothing when it was not waited for.
   */
  completed(features: number): { readonly isOverlap: boolean } | undefined {
    if (this.#state !== 'completing') return undefined;
    this.#state = 'idle';
    return { isOverlap: (features & hislipFeatures.overlap) !== 0 };
  }
}
