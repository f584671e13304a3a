import { SignalboxError } from '../../../kernel/index.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { pause, resume, seek, setRepeat, setShuffle, setVolume, transfer } from './commands.ts';
import type { PlayerItem, PlayerRepeat, PlayerState } from './player-types.ts';
import type { WebApi } from './web-api.ts';

/** The longest name of a device, in bytes. */
export const deviceNameMost = 100;
/** No track or episode is longer. */
export const positionMostMs = 86_400_000;

export const repeatStates: readonly PlayerRepeat[] = ['off', 'track', 'context'];

/** A parameter of a player: what it is in the state, and how it is set. */
export interface PlayerParameter {
  readonly parameter: Parameter;
  /** The only texts that it takes. */
  readonly choices?: readonly string[];
  /** @throws PLAYER_IDLE where nothing is active that has it */
  read(state: PlayerState): Value;
  write?(api: WebApi, value: Value): Promise<void>;
}

export const playerParameters: readonly PlayerParameter[] = [
  {
    parameter: {
      name: 'playing',
      title: 'Whether it plays',
      type: 'boolean',
      access: 'read-write',
    },
    read: ({ isPlaying }) => isPlaying,
    write: async (api, value) => await (value === true ? resume(api) : pause(api)),
  },
  {
    parameter: {
      name: 'volume',
      title: 'Volume of the active device',
      type: 'integer',
      access: 'read-write',
      unit: '%',
      minimum: 0,
      maximum: 100,
    },
    read: (state) => {
      const { name, volume } = activeDevice(state);
      if (volume !== undefined) return volume;
      throw new SignalboxError('PLAYER_REFUSED', `device '${name}' does not tell its volume`);
    },
    write: async (api, value) => await setVolume(api, Number(value)),
  },
  {
    parameter: {
      name: 'shuffle',
      title: 'Whether the order is mixed',
      type: 'boolean',
      access: 'read-write',
    },
    read: (state) => active(state).shuffle,
    write: async (api, value) => await setShuffle(api, value === true),
  },
  {
    parameter: {
      name: 'repeat',
      title: 'What is repeated: off, track or context',
      type: 'string',
      access: 'read-write',
      texts: repeatStates,
    },
    choices: repeatStates,
    read: (state) => active(state).repeat,
    write: async (api, value) => await setRepeat(api, value as PlayerRepeat),
  },
  {
    parameter: {
      name: 'device',
      title: 'The active device; written, the music moves there',
      type: 'string',
      access: 'read-write',
      longest: deviceNameMost,
    },
    read: (state) => activeDevice(state).name,
    write: async (api, value) => await transfer(api, (await api.device(String(value))).id),
  },
  {
    parameter: {
      name: 'item',
      title: 'What plays, as people call it',
      type: 'string',
      access: 'read',
    },
    read: (state) => itemText(activeItem(state)),
  },
  {
    parameter: {
      name: 'itemUri',
      title: 'What plays, as spotify:track:…',
      type: 'string',
      access: 'read',
    },
    read: (state) => activeItem(state).uri,
  },
  {
    parameter: {
      name: 'context',
      title: 'The playlist, album or artist that it is from',
      type: 'string',
      access: 'read',
    },
    read: (state) => active(state).context ?? '',
  },
  {
    parameter: {
      name: 'progress',
      title: 'How far into the item',
      type: 'integer',
      access: 'read-write',
      unit: 'ms',
      minimum: 0,
      maximum: positionMostMs,
    },
    read: (state) => active(state).progressMs,
    write: async (api, value) => await seek(api, Number(value)),
  },
];

/** `First Light – The Simulators`. */
function itemText({ name, artists }: PlayerItem): string {
  return artists.length === 0 ? name : `${name} – ${artists.join(', ')}`;
}

function active(state: PlayerState): PlayerState {
  if (state.device === undefined) throw idle();
  return state;
}

function activeDevice({ device }: PlayerState): NonNullable<PlayerState['device']> {
  if (device === undefined) throw idle();
  return device;
}

function activeItem({ item }: PlayerState): PlayerItem {
  if (item === undefined) throw idle();
  return item;
}

function idle(): SignalboxError {
  return new SignalboxError('PLAYER_IDLE', 'nothing plays, and no device is active');
}
