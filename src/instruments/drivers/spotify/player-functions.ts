import { SignalboxError } from '../../../kernel/index.ts';
import { checkLimits } from '../../check-value.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { pause, play, resume, seek, setShuffle, setVolume, transfer } from './commands.ts';
import { parseQueue } from './parse-answer.ts';
import { deviceNameMost, positionMostMs } from './player-parameters.ts';
import type { WebApi } from './web-api.ts';

/** What a function is called with, checked. */
type Arguments = Readonly<Record<string, Value>>;

/** Something that a player does when it is called. */
export interface PlayerFunction {
  readonly name: string;
  readonly doc: string;
  readonly arguments: readonly (Parameter & { readonly isNeeded?: boolean })[];
  /** Whether it changes nothing. */
  readonly isReading: boolean;
  /** Whether it may be done twice where once was meant. */
  readonly isRepeatable: boolean;
  run(api: WebApi, given: Arguments): Promise<unknown>;
}

/** What can be played. Source: Web API, Spotify URIs and IDs. */
const playable = /^spotify:(?:playlist|album|artist|track|episode|show):[A-Za-z0-9]{22}$/;
const queueable = /^spotify:(?:track|episode):[A-Za-z0-9]{22}$/;

const uri = { name: 'uri', title: 'spotify:playlist:…', type: 'string', access: 'write' } as const;
const device = {
  name: 'device',
  title: 'The name or id of a device',
  type: 'string',
  access: 'write',
  longest: deviceNameMost,
} as const;
const positionMs = {
  name: 'positionMs',
  title: 'How far into the item, in ms',
  type: 'integer',
  access: 'write',
  minimum: 0,
  maximum: positionMostMs,
} as const;
const percent = {
  name: 'percent',
  title: 'Volume, in percent',
  type: 'integer',
  access: 'write',
  minimum: 0,
  maximum: 100,
} as const;
const shuffle = {
  name: 'shuffle',
  title: 'Whether to mix',
  type: 'boolean',
  access: 'write',
} as const;
const playing = {
  name: 'play',
  title: 'Whether it plays there',
  type: 'boolean',
  access: 'write',
} as const;

const reading = { isReading: true, isRepeatable: true, arguments: [] } as const;
const harmless = { isReading: false, isRepeatable: true } as const;
const once = { isReading: false, isRepeatable: false } as const;

export const playerFunctions: readonly PlayerFunction[] = [
  {
    ...reading,
    name: 'devices',
    doc: 'The devices of the account that are switched on.',
    run: async (api) => await api.devices(),
  },
  {
    ...reading,
    name: 'state',
    doc: 'What plays, where, and how far it is.',
    run: async (api) => await api.state(),
  },
  {
    ...reading,
    name: 'queue',
    doc: 'What plays, and what comes next.',
    run: async (api) => parseQueue(await api.get('/me/player/queue')),
  },
  {
    ...harmless,
    name: 'play',
    doc: 'Plays a playlist, album, artist or track; without uri it goes on.',
    arguments: [uri, device, shuffle, positionMs],
    run: async (api, given) => {
      const deviceId = await deviceIn(api, given);
      if (given['uri'] === undefined) await resume(api, deviceId);
      else {
        await play(api, String(given['uri']), {
          ...(deviceId === undefined ? {} : { deviceId }),
          ...(typeof given['positionMs'] === 'number' ? { positionMs: given['positionMs'] } : {}),
        });
      }
      if (given['shuffle'] !== undefined)
        await setShuffle(api, given['shuffle'] === true, deviceId);
    },
  },
  {
    ...harmless,
    name: 'pause',
    doc: 'Stops; what is silent already stays so.',
    arguments: [],
    run: async (api) => await pause(api),
  },
  {
    ...once,
    name: 'next',
    doc: 'Goes on to the next track.',
    arguments: [],
    run: async (api) => await api.command({ method: 'POST', path: '/me/player/next' }),
  },
  {
    ...once,
    name: 'previous',
    doc: 'Goes back to the track before.',
    arguments: [],
    run: async (api) => await api.command({ method: 'POST', path: '/me/player/previous' }),
  },
  {
    ...once,
    name: 'addToQueue',
    doc: 'Puts a track behind the one that plays.',
    arguments: [{ ...uri, title: 'spotify:track:…', isNeeded: true }],
    run: async (api, given) => {
      const query = { uri: String(given['uri']) };
      await api.command({ method: 'POST', path: '/me/player/queue', query });
    },
  },
  {
    ...harmless,
    name: 'transfer',
    doc: 'Moves the music to another device.',
    arguments: [{ ...device, isNeeded: true }, playing],
    run: async (api, given) => {
      const { id } = await api.device(String(given['device']));
      const play = given['play'];
      await (typeof play === 'boolean' ? transfer(api, id, play) : transfer(api, id));
    },
  },
  {
    ...harmless,
    name: 'setVolume',
    doc: 'Sets the volume of a device, or of the active one.',
    arguments: [{ ...percent, isNeeded: true }, device],
    run: async (api, given) =>
      await setVolume(api, Number(given['percent']), await deviceIn(api, given)),
  },
  {
    ...harmless,
    name: 'seek',
    doc: 'Goes to a place in the track.',
    arguments: [{ ...positionMs, isNeeded: true }],
    run: async (api, given) => await seek(api, Number(given['positionMs'])),
  },
];

/** The id of the device that was named, if one was. */
async function deviceIn(api: WebApi, given: Arguments): Promise<string | undefined> {
  const wanted = given['device'];
  return wanted === undefined ? undefined : (await api.device(String(wanted))).id;
}

/**
 * The arguments of a call, by name or in order, checked before anything goes out.
 * @throws BAD_ARGUMENT, VALUE_INVALID, VALUE_OUT_OF_RANGE
 */
export function checkedArguments(called: PlayerFunction, params: unknown): Arguments {
  const { name } = called;
  const byName = Array.isArray(params)
    ? Object.fromEntries(
        params.map((value, at) => [called.arguments[at]?.name ?? `${at + 1}`, value as unknown]),
      )
    : ((params ?? {}) as Readonly<Record<string, unknown>>);
  for (const [key, value] of Object.entries(byName)) {
    const argument = called.arguments.find((each) => each.name === key);
    if (argument === undefined) {
      const names = called.arguments.map((each) => each.name).join(', ') || 'none';
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `${name} has no argument '${key.slice(0, 40)}'; it takes ${names}`,
      );
    }
    checkLimits(argument, value as Value);
    if (key === 'uri') checkUri(name, String(value));
  }
  for (const { name: needed, isNeeded = false } of called.arguments) {
    if (!isNeeded || byName[needed] !== undefined) continue;
    throw new SignalboxError('BAD_ARGUMENT', `${name} needs ${needed}`, {
      nextStep: `Give it: \`${needed}=…\`.`,
    });
  }
  return byName as Arguments;
}

function checkUri(name: string, text: string): void {
  const isQueue = name === 'addToQueue';
  if ((isQueue ? queueable : playable).test(text)) return;
  const allowed = isQueue
    ? 'spotify:track:… or spotify:episode:…'
    : 'spotify:playlist:…, album, artist, track, episode or show';
  throw new SignalboxError(
    'VALUE_INVALID',
    `'${text.slice(0, 60)}' is nothing that ${name} takes: ${allowed} with 22 letters and digits`,
    { nextStep: 'Copy the address in Spotify: Share, with Alt: Copy Spotify URI.' },
  );
}
