/** A device that music comes out of. */
export interface PlayerDevice {
  /** Absent where it cannot be commanded. */
  readonly id?: string;
  readonly name: string;
  /** Whether it plays, or would if somebody pressed play. */
  readonly isActive: boolean;
  /** Whether it takes no commands from outside. */
  readonly isRestricted: boolean;
  /** 0 to 100; absent where it does not say. */
  readonly volumePercent?: number;
}

/** What a player does at the moment. */
export interface PlayerState {
  readonly isPlaying: boolean;
  /** The active device. */
  readonly device?: PlayerDevice;
  /** The playlist, album or artist that it plays from. */
  readonly contextUri?: string;
}

/** What an alarm and a sleep timer need of a player. Each call ends when its signal aborts. */
export interface AlarmPlayer {
  /** Makes ready what takes time: the sign-in is renewed, the connection made, the devices known. */
  prepare(signal: AbortSignal): Promise<unknown>;
  devices(signal: AbortSignal): Promise<readonly PlayerDevice[]>;
  /** Makes a device the active one, without playing. @param device its name or id */
  transfer(device: string, signal: AbortSignal): Promise<void>;
  /**
   * Begins something on a device. Resolves when that was taken; whether it really plays is seen in
   * {@link state}. @param device its name or id
   */
  playOn(
    device: string,
    uri: string,
    options: { readonly shuffle: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /** Goes on with what was paused, on the active device. */
  resume(signal: AbortSignal): Promise<void>;
  /** Of the active device. @param percent 0 to 100 */
  setVolume(percent: number, signal: AbortSignal): Promise<void>;
  state(signal: AbortSignal): Promise<PlayerState>;
  /** What is silent already stays so. */
  pause(signal: AbortSignal): Promise<void>;
}
