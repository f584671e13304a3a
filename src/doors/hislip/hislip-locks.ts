import { hasCode } from '../../kernel/index.ts';
import { hislipLockAnswers } from '../../protocols/index.ts';
import type { HislipLockRequest } from '../../protocols/index.ts';
import type { ClientLocks } from '../client-locks.ts';

/** So many requests of one client for locks, and releases, are under way; more are refused. */
export const lockRequestsMost = 32;

export interface HislipLocksOptions {
  readonly locks: ClientLocks;
  /** Resolves when the message of that id has been carried out, or it is too long to wait for. */
  readonly untilCarriedOut: (messageId: number) => Promise<void>;
  /** Told of requests that failed otherwise than by waiting, for the log. */
  readonly failed: (error: unknown) => void;
}

/** What a client's requests for locks come to. IVI-6.1, section 6.5. */
export class HislipLocks {
  readonly #options: HislipLocksOptions;
  #underWay = 0;

  constructor(options: HislipLocksOptions) {
    this.#options = options;
  }

  /** @returns the control code of the answer: IVI-6.1, tables 19 and 20. Never rejects */
  async answer(request: HislipLockRequest): Promise<number> {
    if (this.#underWay >= lockRequestsMost) return hislipLockAnswers.error;
    this.#underWay += 1;
    try {
      return request.kind === 'release'
        ? await this.#release(request.messageId)
        : await this.#acquire(request);
    } catch (error) {
      this.#options.failed(error);
      return hislipLockAnswers.error;
    } finally {
      this.#underWay -= 1;
    }
  }

  async #release(messageId: number): Promise<number> {
    await this.#options.untilCarriedOut(messageId);
    const released = await this.#options.locks.release();
    if (released === undefined) return hislipLockAnswers.error;
    return released === 'exclusive'
      ? hislipLockAnswers.releasedExclusive
      : hislipLockAnswers.releasedShared;
  }

  async #acquire(wish: Exclude<HislipLockRequest, { kind: 'release' }>): Promise<number> {
    const { locks } = this.#options;
    if (locks.has(wish.kind)) return hislipLockAnswers.error;
    const mode = wish.kind === 'exclusive' ? 'exclusive' : { shared: wish.key };
    try {
      await locks.acquire(mode, wish.waitMs);
      return hislipLockAnswers.granted;
    } catch (error) {
      const hasWaited = hasCode(error, 'WAIT_TIMEOUT', 'CANCELLED');
      return hasWaited ? hislipLockAnswers.failure : hislipLockAnswers.error;
    }
  }
}
