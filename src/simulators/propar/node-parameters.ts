import { proparStatus } from '../../protocols/index.ts';
import type { NodeModel } from './node-model.ts';
import { keptParameters, keptText } from './kept-parameters.ts';
import { kept, number, readOnly, secured, text } from './node-parameter.ts';
import type { ParameterTable } from './node-parameter.ts';

/** Full drive of the valve: about 300 mA. Maker's parameter list, DDE 55. */
const valveMost = 16_777_215;
/** The value of calibration mode that finds the zero point. */
const zeroing = 9;
const alarmRegisterBytes = 8;
const addressMost = 127;

/** Where an instrument stands on its bus. */
export interface Neighbours {
  /** The address of the next one on the ring; 0 ends it. */
  readonly next: () => number;
  /** The highest address. */
  readonly last: () => number;
  /** Whether another instrument has this address. */
  readonly isTaken: (address: number) => boolean;
}

/** The parameters that an instrument has once, whatever its channels. */
export function nodeParameters(node: NodeModel, neighbours: Neighbours): ParameterTable {
  return {
    ...keptParameters(),
    ...network(node, neighbours),
    ...identity(node),
    '114/1': number('uint32', {
      maximum: valveMost,
      get: () => Math.round(node.first.loop.valve * valveMost),
      set: (value) => (node.first.loop.valve = value / valveMost),
    }),
    '114/2': readOnly('binary', () => new Uint8Array(alarmRegisterBytes)),
    '114/3': readOnly('binary', () => new Uint8Array(alarmRegisterBytes)),
    '115/1': secured(
      number('uint8', {
        maximum: 255,
        get: () => node.calibrationMode,
        set: (mode) => {
          node.calibrationMode = mode;
          if (mode === zeroing) for (const { loop } of node.channels) loop.startZeroing();
        },
      }),
    ),
    '115/8': number('uint8', { maximum: 255, set: (what) => node.reset(what) }),
  };
}

function network(node: NodeModel, { next, last, isTaken }: Neighbours): ParameterTable {
  return {
    '0/0': {
      type: 'string',
      get: () => identificationCharacter(node.identificationNumber) + node.serial,
      // Whatever is written to it makes the instrument wink.
      set: () => void (node.winks += 1),
    },
    // It answers the message that moves it from where it was.
    '0/1': secured({
      type: 'uint8',
      get: () => node.address,
      refuse: (value) =>
        Number(value) < 1 || Number(value) > addressMost || isTaken(Number(value))
          ? proparStatus.parameterValue
          : undefined,
      set: (value) => (node.address = Number(value)),
    }),
    '0/3': readOnly('uint8', next),
    '0/4': readOnly('uint8', last),
    '0/10': number('uint8', {
      maximum: 255,
      get: () => node.initreset,
      set: (value) => (node.initreset = value),
    }),
    '0/18': readOnly('uint8', () => node.channels.length),
  };
}

function identity(node: NodeModel): ParameterTable {
  return {
    '113/1': readOnly('string', () => node.deviceType),
    '113/2': keptText(30, node.model),
    '113/3': secured(
      text({ longest: 20, get: () => node.serial, set: (value) => (node.serial = value) }),
    ),
    '113/5': readOnly('string', () => node.firmware),
    '113/6': text({ longest: 16, get: () => node.userTag, set: (tag) => (node.userTag = tag) }),
    '113/7': readOnly('string', () => 'A'),
    '113/12': readOnly('uint8', () => node.identificationNumber),
    '113/22': secured(kept('float32', 3.4e38, 1)),
  };
}

/** The kind of instrument as one character: a digit, beyond 9 the number itself. */
function identificationCharacter(identificationNumber: number): string {
  return identificationNumber < 10
    ? String(identificationNumber)
    : String.fromCodePoint(identificationNumber);
}
