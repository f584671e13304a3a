import type { Clock } from '../../kernel/index.ts';
import type { Random } from '../seeded-random.ts';
import { Catalogue, defaultDevices, identifierOf } from './catalogue.ts';
import type { Track } from './catalogue.ts';
import { Playback } from './playback.ts';
import type { PlaybackState, RepeatState } from './playback.ts';
import type { SpotifyDefinition } from './spotify-definition.ts';

/** A request to the Web API, whose token was found good. */
export interface ApiRequest {
  readonly method: string;
  /** Below `/v1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Device {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly supportsVolume: boolean;
  readonly isRestricted: boolean;
  volume: number;
}

const noContent: ApiAnswer = { status: 204 };

/**
 * What the Web API answers. A command is taken at once and takes effect a little later, each after a
 * time of its own: as with the real one, the order of two quick commands is not guaranteed.
 * Source: the reference of the Spotify Web API, Player.
 */
export class WebApi {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #devices: readonly Device[];
  readonly #catalogue: Catalogue;
  readonly #playback: Playback;
  readonly #isPremium: boolean;
  readonly #commandDelayMs: number;
  #activeId: string | undefined;

  constructor(definition: SpotifyDefinition, clock: Clock, random: Random) {
    const { devices = defaultDevices, playlists, isPremium = true } = definition;
    this.#clock = clock;
    this.#random = random;
    this.#isPremium = isPremium;
    this.#commandDelayMs = definition.commandDelayMs ?? 150;
    this.#catalogue = new Catalogue(playlists);
    this.#playback = new Playback(this.#catalogue, clock, random);
    this.#devices = devices.map(({ name, id = identifierOf(name), ...rest }) => ({
      id,
      name,
      type: rest.type ?? 'Speaker',
      volume: rest.volume ?? 50,
      supportsVolume: rest.supportsVolume ?? true,
      isRestricted: rest.isRestricted ?? false,
    }));
    const at = devices.findIndex(({ isActive }) => isActive === true);
    this.#activeId = this.#devices[at]?.id;
  }

  answer(request: ApiRequest): ApiAnswer {
    const { method, path } = request;
    const route = `${method} ${path}`;
    switch (route) {
      case 'GET /me':
        return ok({
          id: 'simulated',
          display_name: 'Simulated',
          product: this.#isPremium ? 'premium' : 'free',
        });
      case 'GET /me/player/devices':
        return ok({ devices: this.#devices.map((each) => this.#deviceReport(each)) });
      case 'GET /me/player':
        return this.#state();
      case 'GET /me/player/queue':
        return this.#queue();
      case 'GET /me/playlists':
        return ok({
          items: this.#catalogue.playlists.map(({ uri, name, tracks }) => ({
            uri,
            name,
            tracks: { total: tracks.length },
          })),
        });
      default:
        return this.#command(route, request);
    }
  }

  #command(route: string, request: ApiRequest): ApiAnswer {
    const run = this.#commands[route];
    if (run === undefined) return failure(404, 'Service not found');
    if (!this.#isPremium) {
      return failure(403, 'Player command failed: Premium required', 'PREMIUM_REQUIRED');
    }
    const wanted = request.query.get('device_id') ?? this.#activeId;
    const device = this.#devices.find(({ id }) => id === wanted);
    if (route !== 'PUT /me/player') {
      if (wanted === undefined) {
        return failure(404, 'Player command failed: No active device found', 'NO_ACTIVE_DEVICE');
      }
      if (device === undefined) return failure(404, 'Device not found');
      if (device.isRestricted) return restricted();
    }
    return run(request, device);
  }

  readonly #commands: Readonly<
    Record<string, (request: ApiRequest, device: Device | undefined) => ApiAnswer>
  > = {
    'PUT /me/player': ({ body }) => {
      const ids = body['device_ids'];
      if (!Array.isArray(ids) || ids.length !== 1) return failure(400, 'Malformed json');
      const device = this.#devices.find(({ id }) => id === ids[0]);
      if (device === undefined) return failure(404, 'Device not found');
      if (device.isRestricted) return restricted();
      return this.#later(() => {
        this.#activeId = device.id;
        if (body['play'] === true) this.#playback.resume();
      });
    },
    'PUT /me/player/play': ({ body }, device) => this.#play(body, device),
    'PUT /me/player/pause': () => {
      if (!this.#playback.state.isPlaying) return restricted();
      return this.#later(() => this.#playback.pause());
    },
    'POST /me/player/next': () => this.#later(() => this.#playback.next()),
    'POST /me/player/previous': () => this.#later(() => this.#playback.previous()),
    'PUT /me/player/seek': ({ query }) => {
      const positionMs = whole(query.get('position_ms'));
      if (positionMs === undefined) return failure(400, 'Invalid position_ms');
      return this.#later(() => this.#playback.seek(positionMs));
    },
    'PUT /me/player/volume': ({ query }, device) => {
      const volume = whole(query.get('volume_percent'));
      if (volume === undefined || volume > 100) return failure(400, 'Invalid volume_percent');
      if (device?.supportsVolume === false) {
        const text = 'Player command failed: Cannot control device volume';
        return failure(403, text, 'VOLUME_CONTROL_DISALLOW');
      }
      return this.#later(() => {
        if (device !== undefined) device.volume = volume;
      });
    },
    'PUT /me/player/shuffle': ({ query }) => {
      const state = query.get('state');
      if (state !== 'true' && state !== 'false') return failure(400, 'Invalid state');
      return this.#later(() => this.#playback.setShuffle(state === 'true'));
    },
    'PUT /me/player/repeat': ({ query }) => {
      const state = query.get('state') ?? '';
      if (!['track', 'context', 'off'].includes(state)) return failure(400, 'Invalid state');
      return this.#later(() => this.#playback.setRepeat(state as RepeatState));
    },
    'POST /me/player/queue': ({ query }) => {
      const uri = query.get('uri') ?? '';
      if (this.#catalogue.track(uri) === undefined) return failure(400, 'Invalid track uri');
      return this.#later(() => this.#playback.addToQueue(uri));
    },
  };

  #play(body: ApiRequest['body'], device: Device | undefined): ApiAnswer {
    const { context_uri: contextUri, uris, offset, position_ms: positionMs } = body;
    if (contextUri !== undefined && uris !== undefined) {
      return failure(400, 'Malformed json: context_uri and uris exclude each other');
    }
    const isContext = typeof contextUri === 'string';
    if (isContext && this.#catalogue.playlist(contextUri) === undefined) {
      return failure(404, 'Non existing id');
    }
    const tracks = Array.isArray(uris) ? uris.map(String) : [];
    if (tracks.some((uri) => this.#catalogue.track(uri) === undefined)) {
      return failure(400, 'Invalid track uri');
    }
    if (!isContext && tracks.length === 0 && this.#playback.state.isPlaying) return restricted();
    return this.#later(() => {
      this.#activeId = device?.id ?? this.#activeId;
      if (isContext) this.#playback.playContext(contextUri, offset ?? {});
      else if (tracks.length > 0) this.#playback.playTracks(tracks);
      else this.#playback.resume();
      if (typeof positionMs === 'number') this.#playback.seek(positionMs);
    });
  }

  /** Taken; done a little later. */
  #later(run: () => void): ApiAnswer {
    const delayMs = this.#commandDelayMs * (0.5 + this.#random());
    if (delayMs === 0) run();
    else this.#clock.schedule(delayMs, run);
    return noContent;
  }

  #state(): ApiAnswer {
    const device = this.#devices.find(({ id }) => id === this.#activeId);
    if (device === undefined) return noContent;
    const { isPlaying, track, progressMs, contextUri, shuffle, repeat } = this.#playback.state;
    return ok({
      device: this.#deviceReport(device),
      repeat_state: repeat,
      shuffle_state: shuffle,
      context: contextUri === undefined ? null : { type: 'playlist', uri: contextUri },
      timestamp: this.#clock.now(),
      progress_ms: Math.floor(progressMs),
      is_playing: isPlaying,
      item: track === undefined ? null : trackReport(track),
      currently_playing_type: 'track',
    });
  }

  #queue(): ApiAnswer {
    const { track, upcoming }: PlaybackState = this.#playback.state;
    return ok({
      currently_playing: track === undefined ? null : trackReport(track),
      queue: upcoming.slice(0, 20).map(trackReport),
    });
  }

  #deviceReport({ id, name, type, supportsVolume, isRestricted, volume }: Device): object {
    return {
      id,
      is_active: id === this.#activeId,
      is_private_session: false,
      is_restricted: isRestricted,
      name,
      type,
      volume_percent: supportsVolume ? volume : null,
      supports_volume: supportsVolume,
    };
  }
}

function trackReport({ uri, name, artist, durationMs }: Track): object {
  return { type: 'track', uri, name, artists: [{ name: artist }], duration_ms: durationMs };
}

function whole(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}

function restricted(): ApiAnswer {
  return failure(403, 'Player command failed: Restriction violated', 'UNKNOWN');
}

/** As the Web API puts it. */
export function failure(status: number, message: string, reason?: string): ApiAnswer {
  const error = { status, message, ...(reason === undefined ? {} : { reason }) };
  return { status, body: { error } };
}
