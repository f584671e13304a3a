import { given, SignalboxError } from '../../../kernel/index.ts';
import type {
  PlayerDevice,
  PlayerItem,
  PlayerQueue,
  PlayerRepeat,
  PlayerState,
} from './player-types.ts';

type Members = Readonly<Record<string, unknown>>;

/** Of an account. Source: Web API, Get Available Devices. @throws REPLY_MALFORMED */
export function parseDevices(answer: unknown): PlayerDevice[] {
  return list(members(answer, 'the devices')['devices'], 'the devices').map(parseDevice);
}

/**
 * What the player does; where nothing is active the service says nothing at all.
 * Source: Web API, Get Playback State. @throws REPLY_MALFORMED
 */
export function parseState(answer: unknown): PlayerState {
  if (answer === undefined) {
    return { isPlaying: false, progressMs: 0, shuffle: false, repeat: 'off' };
  }
  const state = members(answer, 'the playback state');
  const { device, item, context } = state;
  const contextUri = isMembers(context) ? context['uri'] : undefined;
  return {
    isPlaying: state['is_playing'] === true,
    progressMs: numberOf(state['progress_ms']) ?? 0,
    shuffle: state['shuffle_state'] === true,
    repeat: repeatOf(state['repeat_state']),
    ...given({
      device: isMembers(device) ? parseDevice(device) : undefined,
      item: isMembers(item) ? parseItem(item) : undefined,
      context: typeof contextUri === 'string' ? contextUri : undefined,
    }),
  };
}

/** Source: Web API, Get the User's Queue. @throws REPLY_MALFORMED */
export function parseQueue(answer: unknown): PlayerQueue {
  if (answer === undefined) return { next: [] };
  const queue = members(answer, 'the queue');
  const current = queue['currently_playing'];
  return {
    next: list(queue['queue'], 'the queue').map(parseItem),
    ...(isMembers(current) ? { current: parseItem(current) } : {}),
  };
}

function parseDevice(answer: unknown): PlayerDevice {
  const device = members(answer, 'a device');
  const { id, name, type } = device;
  if (typeof name !== 'string') throw malformed('a device');
  return {
    name,
    type: typeof type === 'string' ? type : 'Unknown',
    isActive: device['is_active'] === true,
    id: typeof id === 'string' ? id : '',
    isRestricted: device['is_restricted'] === true || typeof id !== 'string',
    // Older answers do not say it, and mean that it can.
    supportsVolume: device['supports_volume'] !== false,
    ...given({
      volume: numberOf(device['volume_percent']),
    }),
  };
}

function parseItem(answer: unknown): PlayerItem {
  const item = members(answer, 'an item');
  const { uri, name, artists } = item;
  if (typeof uri !== 'string' || typeof name !== 'string') throw malformed('an item');
  return {
    uri,
    name,
    artists: (Array.isArray(artists) ? artists : []).flatMap((artist: unknown) =>
      isMembers(artist) && typeof artist['name'] === 'string' ? [artist['name']] : [],
    ),
    durationMs: numberOf(item['duration_ms']) ?? 0,
  };
}

function repeatOf(value: unknown): PlayerRepeat {
  return value === 'track' || value === 'context' ? value : 'off';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(what);
}

function members(value: unknown, what: string): Members {
  if (isMembers(value)) return value;
  throw malformed(what);
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string): SignalboxError {
  return new SignalboxError('REPLY_MALFORMED', `Spotify's answer is not that of ${what}`);
}
