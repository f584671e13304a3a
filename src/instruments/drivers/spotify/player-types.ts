/** A device on which a player plays. */
export interface PlayerDevice {
  /** Stays the same for as long as the device is signed in; empty where it cannot be commanded. */
  readonly id: string;
  readonly name: string;
  /** As Spotify calls its kind: `Computer`, `Smartphone`, `Speaker`. */
  readonly type: string;
  readonly isActive: boolean;
  /** Whether it takes no commands from outside. */
  readonly isRestricted: boolean;
  /** In percent; absent where it does not say. */
  readonly volume?: number;
  /** Whether its volume can be set from outside. */
  readonly supportsVolume: boolean;
}

/** Something that can be played. */
export interface PlayerItem {
  /** `spotify:track:…` */
  readonly uri: string;
  readonly name: string;
  readonly artists: readonly string[];
  readonly durationMs: number;
}

export type PlayerRepeat = 'off' | 'track' | 'context';

/** What a player does at the moment. */
export interface PlayerState {
  readonly isPlaying: boolean;
  /** The active device. Absent: there is none, and nothing plays. */
  readonly device?: PlayerDevice;
  /** Absent where nothing is in the player. */
  readonly item?: PlayerItem;
  /** The URI of the playlist, album or artist that it is from. */
  readonly context?: string;
  /** How far into the item. */
  readonly progressMs: number;
  readonly shuffle: boolean;
  readonly repeat: PlayerRepeat;
}

/** What comes next. */
export interface PlayerQueue {
  readonly current?: PlayerItem;
  readonly next: readonly PlayerItem[];
}
