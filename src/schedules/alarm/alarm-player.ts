/** A device that music comes out of. */
export interface PlayerDevice {
  readonly id: string;
  readonly name: string;
  /** Whether it plays, or would if somebody pressed play. */
  readonly isActive: boolean;
  /** In percent; absent for a device that does not say. */
  readonly volume?: number | undefined;
}

/** What a player does at the moment. */
export interface PlayerState {
  readonly isPlaying: boolean;
  readonly device?: PlayerDevice | undefined;
  /** The URI of what it plays from: a playlist, an album. */
  readonly context?: string | undefined;
}

/** What an alarm and a sleep timer need of a player. Each call ends when its signal aborts. */
export interface AlarmPlayer {
  /** Sees to it that the next calls need not wait: signed in, token fresh, devices known. */
  prepare(signal: AbortSignal): Promise<void>;
  devices(signal: AbortSignal): Promise<readonly PlayerDevice[]>;
  /** Plays from the start of something on a device, also one that is not active. */
  playOn(
    deviceId: string,
    uri: string,
    options: { readonly shuffle: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /** @param percent 0 to 100 @param deviceId @default the active one */
  setVolume(percent: number, deviceId: string | undefined, signal: AbortSignal): Promise<void>;
  state(signal: AbortSignal): Promise<PlayerState>;
  pause(signal: AbortSignal): Promise<void>;
  /** Goes on with what was paused. */
  resume(signal: AbortSignal): Promise<void>;
}
