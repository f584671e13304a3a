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
  /** @default as it was */
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
   * Sees to it that the next calls need not wait: the token is fresh, the connection made.
   * @throws SIGN_IN_REQUIRED, and what the service and the way to it meet
   */
  async prepare(signal?: AbortSignal): Promise<void> {
    await this.devices(signal);
  }

  /** Those that can be commanded. */
  async devices(signal?: AbortSignal): Promise<readonly PlayerDevice[]> {
    const all = (await this.#call('devices', {}, signal)) as readonly PlayerDevice[];
    return all.filter(({ isRestricted }) => !isRestricted);
  }

  /**
   * Begins a playlist, album, artist or track on a device, also one that is not active. Resolves when the
   * service has taken it: that it really plays is seen a little later in {@link state}.
   * @param device its id or name
   * @throws PLAYER_DEVICE_MISSING, PLAYER_REFUSED, VALUE_INVALID, PREMIUM_REQUIRED
   */
  async playOn(
    device: string,
    uri: string,
    { shuffle }: PlayOptions = {},
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#call(
      'play',
      { uri, device, ...(shuffle === undefined ? {} : { shuffle }) },
      signal,
    );
  }

  /**
   * @param percent 0 to 100
   * @param device its id or name. @default the active one
   * @throws PLAYER_REFUSED where the device does not let it be set
   */
  async setVolume(percent: number, device?: string, signal?: AbortSignal): Promise<void> {
    const params = { percent, ...(device === undefined ? {} : { device }) };
    await this.#call('setVolume', params, signal);
  }

  async state(signal?: AbortSignal): Promise<PlayerState> {
    return (await this.#call('state', {}, signal)) as PlayerState;
  }

  /** What is silent already stays so. */
  async pause(signal?: AbortSignal): Promise<void> {
    await this.#call('pause', {}, signal);
  }

  /** Goes on with what was paused; what plays already is left alone. */
  async resume(signal?: AbortSignal): Promise<void> {
    await this.#call('play', {}, signal);
  }

  async #call(method: string, params: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const options = signal === undefined ? {} : { signal };
    return await this.#instrument.call(method, params, this.#by, options);
  }
}
