import { proparStatus } from '../../protocols/index.ts';
import type { FlowChannel } from './flow-channel.ts';
import { setpointMost } from './flow-loop.ts';
import { fluids } from './fluids.ts';
import { keptChannelParameters } from './kept-parameters.ts';
import { kept, measured, number, readOnly, secured, text } from './node-parameter.ts';
import type { NodeParameter, ParameterTable } from './node-parameter.ts';

const floatMost = 3.4e38;
/** Highest alarm limit. Maker's parameter list, DDE 116 and 117. */
const alarmLimitMost = 41_600;

/**
 * The parameters of one channel, at the addresses of the maker's parameter list. Processes 1, 33, 97
 * and 104 move up by one for each further channel.
 */
export function channelParameters(channel: FlowChannel, index: number): ParameterTable {
  const tables: readonly (readonly [process: number, table: ParameterTable])[] = [
    [1, control(channel)],
    [33, scaled(channel)],
    [97, alarms(channel)],
    [104, counter(channel)],
  ];
  const own = tables.flatMap(([process, table]) =>
    Object.entries(table).map(([parameter, each]) => [`${process + index}/${parameter}`, each]),
  );
  const others = Object.entries(keptChannelParameters()).map(([address, each]) => {
    const [process = 0, parameter = 0] = address.split('/').map(Number);
    return [`${process + index}/${parameter}`, each];
  });
  return Object.fromEntries([...others, ...own]) as ParameterTable;
}

function control(channel: FlowChannel): ParameterTable {
  const { loop } = channel;
  const polynomial = Array.from({ length: 8 }, (_, index): [string, NodeParameter] => [
    String(5 + index),
    secured(kept('float32', floatMost, index === 1 ? 1 : 0)),
  ]);
  return {
    ...Object.fromEntries(polynomial),
    0: readOnly('bsint16', () => channel.measure),
    1: number('uint16', {
      maximum: setpointMost,
      get: () => Math.round(loop.setpoint),
      set: (value) => (loop.setpoint = value),
    }),
    2: number('uint16', {
      maximum: 30_000,
      get: () => loop.slope,
      set: (value) => (loop.slope = value),
    }),
    3: readOnly('int16', () => 0),
    4: number('uint8', { maximum: 255, get: () => loop.mode, set: (mode) => (loop.mode = mode) }),
    13: secured(
      number('float32', {
        minimum: -floatMost,
        maximum: floatMost,
        get: () => channel.capacity,
        set: (value) => (channel.capacity = value),
      }),
    ),
    14: secured(kept('uint8', 255, 3)),
    15: secured(kept('uint8', 255, 0)),
    16: number('uint8', {
      maximum: fluids.length - 1,
      get: () => channel.fluidNumber,
      set: (value) => (channel.fluidNumber = value),
    }),
    17: secured(
      text({
        longest: 10,
        isPadded: true,
        get: () => channel.fluidName,
        set: (value) => (channel.fluidName = value),
      }),
    ),
    20: readOnly('uint8', () => channel.alarmInfo),
    31: secured(
      text({
        longest: 7,
        isPadded: true,
        get: () => channel.unit,
        set: (value) => (channel.unit = value),
      }),
    ),
  };
}

function scaled(channel: FlowChannel): ParameterTable {
  return {
    0: readOnly('float32', () => channel.fMeasure),
    1: number('float32', {
      maximum: 500,
      get: () => channel.slaveFactor,
      set: (value) => (channel.slaveFactor = value),
    }),
    4: readOnly('float32', () => channel.fMeasure),
    3: {
      type: 'float32',
      get: () => channel.fSetpoint,
      refuse: (value) => {
        const raw = channel.rawOf(Number(value));
        return raw >= 0 && raw <= setpointMost ? undefined : proparStatus.parameterValue;
      },
      set: (value) => (channel.fSetpoint = Number(value)),
    },
    // The gas gets a little warmer with its flow.
    7: measured('float32', 500, () => 22 + channel.loop.valve),
    8: measured('float32', floatMost, () => 1_013.25),
    14: number('uint8', {
      minimum: 1,
      maximum: 128,
      get: () => channel.masterNode,
      set: (value) => (channel.masterNode = value),
    }),
    15: number('uint8', {
      minimum: 1,
      maximum: 128,
      get: () => channel.masterProcess,
      set: (value) => (channel.masterProcess = value),
    }),
    22: secured(
      number('float32', {
        minimum: -floatMost,
        maximum: floatMost,
        get: () => channel.capacityAtZero,
        set: (value) => (channel.capacityAtZero = value),
      }),
    ),
    // Bit 0: the fluid set is enabled.
    31: secured(kept('uint8', 255, 1)),
  };
}

function alarms({ alarm }: FlowChannel): ParameterTable {
  const limit = (get: () => number, set: (value: number) => void): NodeParameter =>
    number('uint16', { maximum: alarmLimitMost, get, set });
  const byte = (maximum: number, get: () => number, set: (value: number) => void): NodeParameter =>
    number('uint8', { maximum, get, set });
  return {
    1: limit(
      () => alarm.maximum,
      (value) => (alarm.maximum = value),
    ),
    2: limit(
      () => alarm.minimum,
      (value) => (alarm.minimum = value),
    ),
    3: byte(
      3,
      () => alarm.mode,
      (value) => (alarm.mode = value),
    ),
    5: byte(
      1,
      () => alarm.setpointMode,
      (value) => (alarm.setpointMode = value),
    ),
    6: number('uint16', {
      maximum: setpointMost,
      get: () => alarm.newSetpoint,
      set: (value) => (alarm.newSetpoint = value),
    }),
    7: byte(
      255,
      () => alarm.delay,
      (value) => (alarm.delay = value),
    ),
    9: byte(
      15,
      () => alarm.resetEnable,
      (value) => (alarm.resetEnable = value),
    ),
  };
}

function counter({ counter: count }: FlowChannel): ParameterTable {
  return {
    1: number('float32', {
      maximum: floatMost,
      get: () => count.value,
      set: (value) => (count.value = value),
    }),
    2: kept('uint8', 31, 0),
    3: number('float32', {
      maximum: floatMost,
      get: () => count.limit,
      set: (value) => (count.limit = value),
    }),
    5: number('uint8', {
      maximum: 1,
      get: () => count.setpointMode,
      set: (value) => (count.setpointMode = value),
    }),
    6: number('uint16', {
      maximum: setpointMost,
      get: () => count.newSetpoint,
      set: (value) => (count.newSetpoint = value),
    }),
    7: text({
      longest: 4,
      isPadded: true,
      get: () => count.unit,
      set: (value) => (count.unit = value),
    }),
    8: number('uint8', {
      maximum: 2,
      get: () => count.mode,
      set: (value) => (count.mode = value),
    }),
    9: kept('uint8', 15, 7),
  };
}
