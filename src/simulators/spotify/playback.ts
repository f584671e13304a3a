import type { Clock } from '../../kernel/index.ts';
import type { Random } from '../seeded-random.ts';
import type { Catalogue, Track } from './catalogue.ts';

export type RepeatState = 'off' | 'track' | 'context';

/** What plays at a moment. */
export interface PlaybackState {
  readonly isPlaying: boolean;
  readonly track: Track | undefined;
  readonly progressMs: number;
  readonly contextUri: string | undefined;
  readonly shuffle: boolean;
  readonly repeat: RepeatState;
  /** What comes next: what was put in the queue, then the rest of the context. */
  readonly upcoming: readonly Track[];
}

/** So many tracks were played before; `previous` goes no further back. */
const playedMost = 50;
/** Beyond so much of a track, `previous` begins it again instead. */
const restartsAfterMs = 3_000;

/** Plays: tracks follow one another as the clock goes on. */
export class Playback {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #catalogue: Catalogue;
  #contextUri: string | undefined;
  #track: Track | undefined;
  /** The tracks of the context that come, in their order. */
  #rest: Track[] = [];
  #queue: Track[] = [];
  #played: Track[] = [];
  #progressMs = 0;
  /** Monotonic; when the progress was that. */
  #sinceMs = 0;
  #isPlaying = false;
  #shuffle = false;
  #repeat: RepeatState = 'off';

  constructor(catalogue: Catalogue, clock: Clock, random: Random) {
    this.#catalogue = catalogue;
    this.#clock = clock;
    this.#random = random;
  }

  get state(): PlaybackState {
    this.#goOn();
    return {
      isPlaying: this.#isPlaying,
      track: this.#track,
      progressMs: this.#progressMs,
      contextUri: this.#contextUri,
      shuffle: this.#shuffle,
      repeat: this.#repeat,
      upcoming: [...this.#queue, ...this.#rest],
    };
  }

  /** Begins a context. Says whether there is one of that address. */
  playContext(
    uri: string,
    offset: { readonly position?: number; readonly uri?: string } = {},
  ): boolean {
    const playlist = this.#catalogue.playlist(uri);
    if (playlist === undefined) return false;
    const at =
      offset.uri === undefined
        ? offset.position
        : playlist.tracks.findIndex((each) => each.uri === offset.uri);
    // A shuffled context begins anywhere, unless it is told where.
    const first = at ?? (this.#shuffle ? Math.floor(this.#random() * playlist.tracks.length) : 0);
    this.#contextUri = uri;
    const others = playlist.tracks.slice(first + 1);
    this.#begin(
      playlist.tracks[first],
      this.#shuffle ? this.#mixed(playlist.tracks.toSpliced(first, 1)) : others,
    );
    return true;
  }

  /** Begins these tracks. Says whether there are such. */
  playTracks(uris: readonly string[]): boolean {
    const tracks = uris.map((uri) => this.#catalogue.track(uri));
    const known = tracks.filter((track) => track !== undefined);
    if (known.length !== tracks.length || known.length === 0) return false;
    this.#contextUri = undefined;
    this.#begin(known[0], known.slice(1));
    return true;
  }

  resume(): void {
    this.#goOn();
    if (this.#track === undefined) {
      const [first] = this.#catalogue.playlists;
      if (first !== undefined) this.playContext(first.uri);
      return;
    }
    this.#isPlaying = true;
    this.#sinceMs = this.#clock.monotonic();
  }

  pause(): void {
    this.#goOn();
    this.#isPlaying = false;
  }

  seek(positionMs: number): void {
    this.#goOn();
    this.#progressMs = positionMs;
    this.#sinceMs = this.#clock.monotonic();
    this.#goOn();
  }

  next(): void {
    this.#goOn();
    this.#follow();
  }

  previous(): void {
    this.#goOn();
    const before = this.#progressMs > restartsAfterMs ? undefined : this.#played.pop();
    if (before !== undefined && this.#track !== undefined) {
      this.#rest.unshift(this.#track);
      this.#track = before;
    }
    this.seek(0);
  }

  addToQueue(uri: string): boolean {
    const track = this.#catalogue.track(uri);
    if (track !== undefined) this.#queue.push(track);
    return track !== undefined;
  }

  setShuffle(shuffle: boolean): void {
    this.#goOn();
    if (shuffle === this.#shuffle) return;
    this.#shuffle = shuffle;
    if (shuffle) this.#rest = this.#mixed(this.#rest);
    else {
      const all = this.#tracksOfContext();
      const at = all.findIndex(({ uri }) => uri === this.#track?.uri);
      this.#rest = all.slice(at + 1);
    }
  }

  setRepeat(repeat: RepeatState): void {
    this.#goOn();
    this.#repeat = repeat;
  }

  #begin(track: Track | undefined, rest: readonly Track[]): void {
    this.#track = track;
    this.#rest = [...rest];
    this.#played = [];
    this.#progressMs = 0;
    this.#sinceMs = this.#clock.monotonic();
    this.#isPlaying = true;
  }

  /** Brings the state to this moment: over the ends of as many tracks as have passed. */
  #goOn(): void {
    const nowMs = this.#clock.monotonic();
    if (this.#isPlaying) this.#progressMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    while (this.#isPlaying && this.#track !== undefined) {
      const overMs = this.#progressMs - this.#track.durationMs;
      if (overMs < 0) return;
      if (this.#repeat === 'track') this.#progressMs = overMs;
      else this.#follow(overMs);
    }
  }

  #follow(progressMs = 0): void {
    const next = this.#queue.shift() ?? this.#rest.shift() ?? this.#again();
    if (this.#track !== undefined) this.#played = [...this.#played, this.#track].slice(-playedMost);
    this.#progressMs = progressMs;
    this.#sinceMs = this.#clock.monotonic();
    if (next === undefined) {
      // The end of the context: it stops at its beginning.
      [this.#track] = this.#tracksOfContext();
      this.#rest = this.#tracksOfContext().slice(1);
      this.#progressMs = 0;
      this.#isPlaying = false;
      return;
    }
    this.#track = next;
  }

  #again(): Track | undefined {
    if (this.#repeat === 'off') return undefined;
    const all = this.#tracksOfContext();
    this.#rest = this.#shuffle ? this.#mixed(all) : [...all];
    return this.#rest.shift();
  }

  #tracksOfContext(): readonly Track[] {
    if (this.#contextUri === undefined) return [];
    return this.#catalogue.playlist(this.#contextUri)?.tracks ?? [];
  }

  #mixed(tracks: readonly Track[]): Track[] {
    const keyed = tracks.map((track) => ({ track, key: this.#random() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ track }) => track);
  }
}
