import type { ScpiParameter } from '../scpi/scpi-driver.ts';

/** The buffer of each input, in samples. */
export const bufferSamples = 16_384;
/** One sample at decimation 1, in ns. */
export const sampleNs = 8;
export const decimationMost = 65_536;

/** What starts an acquisition. Red Pitaya, SCPI commands, ACQ:TRig. */
export const scpiTriggerSources: readonly string[] = [
  'NOW',
  ...['CH1', 'CH2', 'EXT', 'AWG'].flatMap((source) => [`${source}_PE`, `${source}_NE`]),
];

/** What a generator gives out. Red Pitaya, SCPI commands, SOUR:FUNC. */
export const scpiWaveforms: readonly string[] = [
  'SINE',
  'SQUARE',
  'TRIANGLE',
  'SAWU',
  'SAWD',
  'PWM',
  'DC',
  'DC_NEG',
];

const frequencyMost = 62_500_000;

/** The settings of the board that are worth a name. */
export const redPitayaParameters: readonly ScpiParameter[] = [
  ...acquisition(),
  ...[1, 2].flatMap((input) => inputParameters(input)),
  ...[1, 2].flatMap((output) => outputParameters(output)),
];

function acquisition(): readonly ScpiParameter[] {
  return [
    setting('decimation', 'Decimation', 'ACQ:DEC:Factor', {
      type: 'integer',
      minimum: 1,
      maximum: decimationMost,
    }),
    setting('averaging', 'Averaging over the decimation', 'ACQ:AVG', { type: 'boolean' }),
    // Beyond 1 V with the attenuators of the inputs at HV.
    setting('triggerLevel', 'Trigger level', 'ACQ:TRig:LEV', {
      type: 'float',
      unit: 'V',
      minimum: -20,
      maximum: 20,
    }),
    setting('triggerDelay', 'Trigger delay, in samples from the middle', 'ACQ:TRig:DLY', {
      type: 'integer',
      minimum: -bufferSamples / 2,
    }),
    {
      name: 'triggerState',
      title: 'Trigger state: WAIT or TD',
      query: 'ACQ:TRig:STAT?',
      type: 'string',
    },
  ];
}

function inputParameters(input: number): readonly ScpiParameter[] {
  return [
    setting(`in${input}Gain`, `Input ${input}, range: LV 1 V, HV 20 V`, `ACQ:SOUR${input}:GAIN`, {
      type: 'string',
      choices: ['LV', 'HV'],
    }),
  ];
}

function outputParameters(output: number): readonly ScpiParameter[] {
  const name = (what: string): string => `out${output}${what}`;
  const title = (what: string): string => `Output ${output}, ${what}`;
  const source = `SOUR${output}`;
  const volts = { type: 'float', unit: 'V', maximum: 1 } as const;
  return [
    setting(name('Enabled'), title('on'), `OUTPUT${output}:STATE`, { type: 'boolean' }),
    setting(name('Frequency'), title('frequency'), `${source}:FREQ:FIX`, {
      type: 'float',
      unit: 'Hz',
      minimum: 0,
      maximum: frequencyMost,
    }),
    setting(name('Amplitude'), title('amplitude'), `${source}:VOLT`, { ...volts, minimum: 0 }),
    setting(name('Offset'), title('offset'), `${source}:VOLT:OFFS`, { ...volts, minimum: -1 }),
    setting(name('Waveform'), title('waveform'), `${source}:FUNC`, {
      type: 'string',
      choices: scpiWaveforms,
    }),
    setting(name('Phase'), title('phase'), `${source}:PHAS`, {
      type: 'float',
      unit: 'deg',
      minimum: -360,
      maximum: 360,
    }),
    setting(name('DutyCycle'), title('share of PWM'), `${source}:DCYC`, {
      type: 'float',
      minimum: 0,
      maximum: 1,
    }),
  ];
}

function setting(
  name: string,
  title: string,
  header: string,
  facts: Omit<ScpiParameter, 'name' | 'title' | 'query' | 'set'>,
): ScpiParameter {
  return { name, title, query: `${header}?`, set: `${header} {value}`, ...facts };
}
