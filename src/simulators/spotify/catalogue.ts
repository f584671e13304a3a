import { createHash } from 'node:crypto';
import type { SpotifyDeviceDefinition, SpotifyPlaylistDefinition } from './spotify-definition.ts';

const idLetters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** An identifier of 22 letters and digits that a text decides: that of a track, or of a device. */
export function identifierOf(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  return Array.from(digest.subarray(0, 22), (byte) => idLetters[byte % idLetters.length]).join('');
}

export interface Track {
  readonly uri: string;
  readonly name: string;
  readonly artist: string;
  readonly durationMs: number;
}

export interface Playlist {
  readonly uri: string;
  readonly name: string;
  readonly tracks: readonly Track[];
}

/** What there is to be played. */
export class Catalogue {
  readonly playlists: readonly Playlist[];
  readonly #tracks = new Map<string, Track>();

  constructor(definitions: readonly SpotifyPlaylistDefinition[] = defaultPlaylists) {
    this.playlists = definitions.map(({ uri, name, tracks }) => ({
      uri,
      name,
      tracks: tracks.map(({ name: track, artist = 'The Simulators', durationMs = 180_000 }) => ({
        uri: `spotify:track:${identifierOf(`${uri}/${track}`)}`,
        name: track,
        artist,
        durationMs,
      })),
    }));
    for (const track of this.playlists.flatMap(({ tracks }) => tracks)) {
      this.#tracks.set(track.uri, track);
    }
  }

  playlist(uri: string): Playlist | undefined {
    return this.playlists.find((each) => each.uri === uri);
  }

  track(uri: string): Track | undefined {
    return this.#tracks.get(uri);
  }
}

export const defaultDevices: readonly SpotifyDeviceDefinition[] = [
  { name: 'Kitchen', type: 'Speaker', volume: 40 },
  { name: 'Laptop', type: 'Computer', volume: 70 },
];

const defaultPlaylists: readonly SpotifyPlaylistDefinition[] = [
  {
    uri: 'spotify:playlist:37i9dQZF1DX0SIMULATED1',
    name: 'Morning',
    tracks: [
      { name: 'First Light' },
      { name: 'Kettle', durationMs: 95_000 },
      { name: 'Open Window', durationMs: 212_000 },
    ],
  },
  {
    uri: 'spotify:playlist:37i9dQZF1DX0SIMULATED2',
    name: 'Night shift',
    tracks: [{ name: 'Cold Trap' }, { name: 'Roughing Pump', durationMs: 301_000 }],
  },
];
