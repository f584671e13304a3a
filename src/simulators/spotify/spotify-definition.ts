import type { FaultsAtStart } from '../faults.ts';

/** A device that plays. */
export interface SpotifyDeviceDefinition {
  /** @default made from the name */
  readonly id?: string;
  readonly name: string;
  /** `Computer`, `Smartphone`, `Speaker`. @default 'Speaker' */
  readonly type?: string;
  /** 0 to 100. @default 50 */
  readonly volume?: number;
  /** Whether its volume can be set from outside. @default true */
  readonly supportsVolume?: boolean;
  /** Whether it takes no commands at all. @default false */
  readonly isRestricted?: boolean;
  /** Whether it is the active one at first. @default false */
  readonly isActive?: boolean;
}

export interface SpotifyTrackDefinition {
  readonly name: string;
  readonly artist?: string;
  /** @default 180_000 */
  readonly durationMs?: number;
}

export interface SpotifyPlaylistDefinition {
  /** `spotify:playlist:` and 22 letters and digits. */
  readonly uri: string;
  readonly name: string;
  readonly tracks: readonly SpotifyTrackDefinition[];
}

/**
 * When a refresh token that was replaced ends: `never` replaces none; `first-use` when the new one, or
 * the access token that came with it, is used; `at-once` when it is replaced.
 */
export type RefreshTokenRotation = 'never' | 'first-use' | 'at-once';

/**
 * The Web API of Spotify and its accounts server, on one loopback port: `/v1/…`, `/authorize` and
 * `/api/token`. Faults name the API as node 0 and the accounts server as node 1.
 */
export interface SpotifyDefinition extends FaultsAtStart {
  readonly kind: 'spotify';
  /** 0 takes a free one. @default 0 */
  readonly tcpPort?: number;
  /** @default a kitchen speaker and a laptop, none active */
  readonly devices?: readonly SpotifyDeviceDefinition[];
  /** @default two short ones */
  readonly playlists?: readonly SpotifyPlaylistDefinition[];
  /** Whether the account is Premium, which commands need. @default true */
  readonly isPremium?: boolean;
  /** Which clients may sign in. @default any */
  readonly clientIds?: readonly string[];
  /** How long an access token lives. @default 3_600_000 */
  readonly tokenLifeMs?: number;
  /** @default 'first-use' */
  readonly rotation?: RefreshTokenRotation;
  /** A command takes effect so much later, give or take a half. @default 150 */
  readonly commandDelayMs?: number;
  /** So many requests in 30 s; one more is answered 429. @default 180 */
  readonly requestsMost?: number;
  /** @default 1 */
  readonly seed?: number;
}
