import type { DeviceControl, Instrument } from '../instruments/index.ts';
import type { RemoteLocal } from '../protocols/index.ts';
import type { MessageSession, MessageWriteOptions } from '../sessions/index.ts';
import type { MessageDevice } from './message-device.ts';
import { serialPoll } from './serial-poll.ts';

/** What a device trigger is sent as over links that know none. IEEE 488.2, 10.37. */
const triggerMessage = new TextEncoder().encode('*TRG\n');

/**
 * What a VISA program does with an instrument besides messages, in the turn of its session. A serial
 * line and a raw socket have no way for most of it: there, a trigger goes as a message, the status byte
 * knows only of the response that waits, and remote and local change nothing.
 */
export class DeviceActions {
  readonly #instrument: Instrument;
  readonly #control: DeviceControl | undefined;
  readonly #session: MessageSession;

  constructor({ instrument, control }: MessageDevice, session: MessageSession) {
    this.#instrument = instrument;
    this.#control = control;
    this.#session = session;
  }

  /** @throws what the port throws */
  async trigger(options: MessageWriteOptions): Promise<void> {
    if (this.#control === undefined) await this.#session.write(triggerMessage, true, options);
    else await this.#session.transact(this.#control.trigger(), options);
  }

  /** The instrument's own status byte. @throws what the port throws */
  async readStatusByte(options: {
    readonly waitMs: number;
    readonly signal?: AbortSignal;
  }): Promise<number> {
    if (this.#control === undefined) return 0;
    return await serialPoll(this.#instrument, this.#control, this.#session.by, options);
  }

  /** @throws what the port throws */
  async setRemote(request: RemoteLocal, options: MessageWriteOptions = {}): Promise<void> {
    if (this.#control === undefined) return;
    await this.#session.transact(this.#control.setRemote(request), options);
  }

  /**
   * Device clear: of the session, and where there is a way, of the instrument. What others have in line
   * is not touched.
   * @throws what the port throws
   */
  async clear(options: MessageWriteOptions = {}): Promise<void> {
    await this.#session.clear();
    if (this.#control !== undefined) await this.#session.transact(this.#control.clear(), options);
  }
}
