type Choices = Readonly<Record<number, string>>;

const resetSources: readonly string[] = ['keyboard', 'external contact', 'bus', 'automatic'];

/** Four bits, each of which allows one way to reset. */
function resetChoices(): Choices {
  const choices: Record<number, string> = {};
  for (let bits = 0; bits < 16; bits += 1) {
    const sources = resetSources.filter((_, bit) => (bits & (1 << bit)) !== 0);
    choices[bits] = sources.length === 0 ? 'no reset' : `reset by ${sources.join(', ')}`;
  }
  return choices;
}

const quantities: readonly string[] = [
  'pressure',
  'liquid volume',
  'liquid or gas mass',
  'gas volume',
  'other',
  'temperature',
  'time',
  'frequency',
  'weight',
  'solution',
  'density',
];

/** 128 is added when there is a sensor and nothing to control with. */
function sensorChoices(): Choices {
  return Object.fromEntries(
    quantities.flatMap((quantity, index) => [
      [index, `${quantity}, controller`],
      [index + 128, `${quantity}, sensor only`],
    ]),
  ) as Choices;
}

const outputAtLimit: Choices = {
  0: 'relay stays off',
  1: 'relay pulses until reset',
  2: 'relay stays on until reset',
};
const offOn: Choices = { 0: 'setpoint unchanged', 1: 'new setpoint' };
const medium: Choices = { 0: 'RS232', 1: 'RS485' };

/**
 * What the values of a parameter mean, by its DDE number. Parameters whose bits have meanings of
 * their own (53, 86, 238, 354) are not here: their values are sums.
 */
export const parameterChoices: Readonly<Record<number, Choices>> = {
  6: {
    1: 'bus master for a time',
    2: 'always bus master',
    3: 'bus master when there is none',
    67: 'bus master when there is none, fast token ring',
    83: 'bus master when there is none, fast token ring, fail-safe',
  },
  12: {
    0: 'setpoint from the bus',
    1: 'setpoint from the analog input',
    2: 'slave of a bus master instrument',
    3: 'valve closed',
    4: 'controller idle, valve as it is',
    5: 'test',
    6: 'tuning',
    7: 'setpoint 100 %',
    8: 'valve fully open',
    9: 'calibration',
    10: 'slave of the analog input, factor from the bus',
    11: 'setpoint from keyboard or bus',
    12: 'setpoint 0 %',
    13: 'slave of a bus master, factor from the analog input',
    14: 'piston prover: select the range',
    15: 'piston prover: start by hand, end by itself',
    16: 'piston prover: start by itself, end by hand',
    17: 'piston prover: start and end by itself',
    18: 'setpoint from RS232',
    19: 'RS232 broadcast',
    20: 'valve follows the setpoint',
    21: 'valve follows the analog input',
    22: 'valve in safe state',
    23: 'convert at the conditions of the fluid set',
    24: 'vent',
  },
  22: sensorChoices(),
  80: {
    0: 'normally closed',
    1: 'normally open',
    2: 'normally closed, inverted',
    3: 'normally open, inverted',
    4: 'stays as it is',
  },
  114: {
    0: 'nothing',
    1: 'counter value',
    2: 'alarm',
    3: 'batch counter starts again',
    4: 'counter value, counter off',
    5: 'the instrument itself',
  },
  118: {
    0: 'off',
    1: 'outside absolute limits',
    2: 'away from the setpoint',
    3: 'after power-up',
  },
  119: outputAtLimit,
  120: offOn,
  125: outputAtLimit,
  126: offOn,
  130: { 0: 'off', 1: 'counts up', 2: 'counts up to the limit' },
  156: resetChoices(),
  157: resetChoices(),
  175: {
    0: 'unknown',
    1: 'RS232/FLOW-BUS interface',
    2: 'computer card interface',
    3: 'ADDA4, converter of 4 channels',
    4: 'readout and control module',
    5: 'counter and alarm module',
    6: 'ADDA1, converter of 1 channel',
    7: 'DMFC, mass flow controller',
    8: 'DMFM, mass flow meter',
    9: 'DEPC, pressure controller',
    10: 'DEPM, pressure meter',
    11: 'ACT, actuator',
    12: 'DLFC, liquid flow controller',
    13: 'DLFM, liquid flow meter',
    14: 'DSCM-A, single channel module for analog instruments',
    15: 'DSCM-D, single channel module for digital instruments',
    16: 'FRM, rotor meter',
    17: 'FTM, turbine meter',
    18: 'FPP, piston prover',
    19: 'F/A, special counter and alarm module',
    20: 'DSCM-E, evaporator controller',
    21: 'DSCM-C, single channel module for calibrators',
    22: 'DDCM-A, dual channel module for analog instruments',
    23: 'DMCM-D, multi channel module for digital instruments',
    24: 'PROFIBUS DP/FLOW-BUS interface',
    25: 'Coriolis meter',
    26: 'FBI, balance interface',
    27: 'CORIFC, Coriolis flow controller',
    28: 'CORIFM, Coriolis flow meter',
    29: 'FICC, climate control interface',
    30: 'IFI, instrument interface',
    31: 'KFI, Keithley interface',
    32: 'FSI, switch interface',
    33: 'MSCI, interface of several sensors and controllers',
    34: 'APP-D, active piston prover',
    35: 'LFI, leak tester interface',
    36: 'batch flow controller',
    37: 'PID controller',
    38: 'bus gateway',
    39: 'DTC, temperature controller',
    40: 'DTM, temperature meter',
    41: 'DC, controller',
    42: 'DM, meter',
  },
  301: {
    0: 'no current',
    1: 'full current',
    2: 'closed',
    3: 'open',
    4: 'idle',
    5: 'a given value (DeviceNet)',
  },
  305: {
    0: 'FLOW-BUS',
    1: 'Modbus',
    2: 'ProPar',
    10: 'DeviceNet',
    11: 'EtherCAT',
    13: 'PROFIBUS DP',
    14: 'PROFINET',
    255: 'none',
  },
  306: medium,
  308: { 0: 'FLOW-BUS', 1: 'Modbus', 2: 'ProPar' },
  311: medium,
  329: { 0: 'setpoint', 1: 'filtered setpoint', 2: 'setpoint after the slope' },
  378: { 0: 'fieldbus 1', 1: 'fieldbus 2', 2: 'display', 3: 'service', 4: 'HART' },
};
