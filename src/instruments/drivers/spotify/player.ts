import type { Owner } from '../../../kernel/index.ts';
import type { Instrument } from '../../instrument.ts';
import type { PlayerDevice, PlayerState } from './player-types.ts';

export interface PlayerOptions {
  /** One whose driver is `spotify`. */
  readonly instrument: Instrument;
  /** For whom it is commanded. */
  readonly by: Owner;
}

/** How something is played. */
export interface PlayOptions {
  readonly shuffle?: boolean;
}

/** A player as alarms use it: in line with everybody else who commands it. */
export class Player {
  readonly #instrument: Instrument;
  readonly #by: Owner;

  constructor({ instrument, by }: PlayerOptions) {
    this.#instrument = instrument;
    this.#by = by;
  }

  /**
   * Makes ready what takes time: the sign-in is renewed, the connection made, and the devices are known.
   * @throws SIGN_IN_REQUIRED, and what the service and the way to it meet
   */
  async prepare(signal?: AbortSignal): Promise<readonly PlayerDevice[]> {
    return await this.devices(signal);
  }

  async devices(signal?: AbortSignal): Promise<readonly PlayerDevice[]> {
    return (await this.#call('devices', {}, signal)) as PlayerDevice[];
  }

  /**
   * Begins a playlist, album, artist or track on a device. Resolves when the service has taken it: that
   * it really plays is seen a little later in {@link state}.
   * @param device its name or id
   * @throws PLAYER_DEVICE_MISSING, PLAYER_REFUSED, VALUE_INVALID, PREMIUM_REQUIRED
   */
  async playOn(
    device: string,
    uri: string,
    { shuffle }: PlayOptions = {},
    signal?: AbortSignal,
  ): Promise<void> {
    const params = { uri, device, ...(shuffle === undefined ? {} : { shuffle }) };
    await this.#call('play', params, signal);
  }

  /** @param percent 0 to 100 @throws PLAYER_REFUSED where the device does not let it be set */
  async setVolume(percent: number, signal?: AbortSignal): Promise<void> {
    await this.#instrument.write('volume', percent, this.#by, signalOf(signal));
  }

  async state(signal?: AbortSignal): Promise<PlayerState> {
    return (await this.#call('state', {}, signal)) as PlayerState;
  }

  /** What is silent already stays so. */
  async pause(signal?: AbortSignal): Promise<void> {
    await this.#call('pause', {}, signal);
  }

  async #call(method: string, params: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return await this.#instrument.call(method, params, this.#by, signalOf(signal));
  }
}

function signalOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
