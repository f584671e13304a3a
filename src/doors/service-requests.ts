import { Emitter } from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import type { DeviceControl, Instrument } from '../instruments/index.ts';
import { serialPoll } from './serial-poll.ts';

/** Bit 6 of the status byte: IEEE 488.2, 11.2. */
const serviceRequested = 0x40;
/** How long the serial poll that a service request asks for may be in line. */
export const pollWaitMs = 10_000;

export interface ServiceRequestsOptions {
  readonly instrument: Instrument;
  readonly control: DeviceControl | undefined;
  readonly clock: Clock;
  /** Told of a poll that failed, for the log. */
  readonly failed: (owner: Owner, label: string, error: unknown) => void;
}

/**
 * The service requests of one instrument. A serial poll takes a request back for everybody, so it is
 * done once, here, and each session is told what it gave. IEEE 488.1, 2.7; IEEE 488.2, 11.3.
 */
export class ServiceRequests {
  readonly #options: ServiceRequestsOptions;
  readonly #told = new Emitter<{ requested: { readonly statusByte: number } }>();
  #listeners = 0;
  #heard: Disposable | undefined;

  constructor(options: ServiceRequestsOptions) {
    this.#options = options;
  }

  /** Until disposed, `told` learns the status byte of each request. */
  subscribe(told: (statusByte: number) => void): Disposable {
    const { control, instrument } = this.#options;
    if (control === undefined) return { [Symbol.dispose]: () => {} };
    const listener = this.#told.on('requested', ({ statusByte }) => told(statusByte));
    this.#listeners += 1;
    this.#heard ??= instrument.port.events.on('serviceRequest', () => void this.#poll(control));
    return {
      [Symbol.dispose]: () => {
        listener[Symbol.dispose]();
        this.#listeners -= 1;
        if (this.#listeners > 0) return;
        this.#heard?.[Symbol.dispose]();
        this.#heard = undefined;
      },
    };
  }

  async #poll(control: DeviceControl): Promise<void> {
    const { instrument, clock, failed } = this.#options;
    const by: Owner = {
      id: `${instrument.name}-service-requests`,
      program: 'signalbox',
      door: 'inline',
      sinceMs: clock.now(),
    };
    try {
      const statusByte = await serialPoll(instrument, control, by, { waitMs: pollWaitMs });
      this.#told.emit('requested', { statusByte });
    } catch (error) {
      // It asked all the same: who is told of nothing waits for ever.
      this.#told.emit('requested', { statusByte: serviceRequested });
      failed(by, 'a serial poll', error);
    }
  }
}
