import { SignalboxError } from '../../../kernel/index.ts';
import type { Attempt, LinkAbilities, Transaction } from '../../../ports/index.ts';
import type { RemoteLocal } from '../../../protocols/index.ts';

type Operation = NonNullable<Attempt<unknown>['operate']>;

/**
 * What there is besides messages for an instrument on a link that knows it: VXI-11, HiSLIP, USBTMC,
 * GPIB. Each is a transaction of its own, in line like any other. IEEE 488.1, 2.5 to 2.8.
 * What the link or the instrument cannot do fails with INSTRUMENT_ERROR.
 */
export class DeviceControl {
  readonly #timeoutMs: number;

  /** @param timeoutMs how long the instrument may take for each */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Device trigger (GET). */
  trigger(): Transaction<void> {
    return this.#operation('a device trigger', 'never', (link, signal) => link.trigger?.(signal));
  }

  /** Serial poll: the status byte, 0 to 255. */
  readStatusByte(): Transaction<number> {
    return this.#operation('a serial poll', 'once', (link, signal) =>
      link.readStatusByte?.(signal),
    );
  }

  /** Remote, local, and whether the key for local is locked out. */
  setRemote(request: RemoteLocal): Transaction<void> {
    return this.#operation(request.replaceAll('-', ' '), 'never', (link, signal) =>
      link.setRemote?.(request, signal),
    );
  }

  /** Device clear (SDC): the instrument forgets what it was told and what it had to say. */
  clear(): Transaction<void> {
    return this.#operation('a device clear', 'never', (link, signal) => link.clear?.(signal));
  }

  #operation<Reply>(
    label: string,
    repeat: Transaction<Reply>['repeat'],
    run: (link: LinkAbilities, signal: AbortSignal) => Promise<Reply> | undefined,
  ): Transaction<Reply> {
    const operate: Operation = (link, signal) =>
      run(link, signal) ?? Promise.reject(missing(label));
    return {
      label,
      timeoutMs: this.#timeoutMs,
      repeat,
      attempt: () => ({ request: new Uint8Array(), operate }),
    };
  }
}

function missing(label: string): SignalboxError {
  return new SignalboxError(
    'INSTRUMENT_ERROR',
    `the link of this instrument has no way for ${label}`,
  );
}
