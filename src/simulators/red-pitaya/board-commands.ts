import { bare, listed, numeric, oneOf, switches } from '../scpi/command.ts';
import type { Command, Outcome } from '../scpi/command.ts';
import { scpiErrors } from '../scpi/status-registers.ts';
import { bufferSamples, gains, triggerSources } from './acquisition.ts';
import type { Gain } from './acquisition.ts';
import type { Board, DataFormat } from './board.ts';
import { encodeSamples } from './encode-samples.ts';
import { waveforms } from './generator.ts';
import type { Generator } from './generator.ts';

/** A command; the index is of the input or output that its header names. */
export type BoardCommand = (argument: string, index: 0 | 1) => Outcome;
/** Commands by their headers in the server's own writing. */
export type BoardCommands = Readonly<Record<string, BoardCommand>>;

const frequencyMost = 62_500_000;
/** Decimations that ACQ:DEC takes; ACQ:DEC:Factor takes any. */
const decimations = [1, 8, 64, 1_024, 8_192, 65_536];

/** What the server makes of the messages about its hardware. Red Pitaya, SCPI commands. */
export function boardCommands(board: Board): BoardCommands {
  return { ...acquisitionCommands(board), ...dataCommands(board), ...generatorCommands(board) };
}

function acquisitionCommands(board: Board): BoardCommands {
  const scope = board.acquisition;
  const set = (run: () => void): void => {
    scope.follow();
    run();
  };
  return {
    'ACQ:START': bare(() => scope.start()),
    'ACQ:STOP': bare(() => scope.stop()),
    'ACQ:RST': bare(() => board.resetAcquisition()),
    'ACQ:DEC?': bare(() => String(scope.decimation)),
    'ACQ:DEC': numeric({ minimum: 1, maximum: 65_536, usual: 1 }, (value): Outcome => {
      if (!decimations.includes(value)) return { error: scpiErrors.outOfRange };
      set(() => (scope.decimation = value));
      return undefined;
    }),
    'ACQ:DEC:Factor?': bare(() => String(scope.decimation)),
    'ACQ:DEC:Factor': numeric({ minimum: 1, maximum: 65_536, usual: 1 }, (value) =>
      set(() => (scope.decimation = Math.round(value))),
    ),
    'ACQ:AVG?': bare(() => (scope.isAveraging ? 'ON' : 'OFF')),
    'ACQ:AVG': oneOf(switches, (word) => void (scope.isAveraging = word === 'ON')),
    'ACQ:TRig': oneOf(words(triggerSources), (source) => scope.arm(source)),
    'ACQ:TRig:STAT?': bare(() => (scope.isTriggered ? 'TD' : 'WAIT')),
    'ACQ:TRig:FILL?': bare(() => (scope.isFull ? '1' : '0')),
    'ACQ:TRig:DLY?': bare(() => String(scope.delay)),
    'ACQ:TRig:DLY': numeric({ minimum: -bufferSamples / 2, maximum: 2 ** 31, usual: 0 }, (value) =>
      set(() => (scope.delay = Math.round(value))),
    ),
    'ACQ:TRig:LEV?': bare(() => String(scope.level)),
    'ACQ:TRig:LEV': numeric({ minimum: -20, maximum: 20, usual: 0, unit: 'V' }, (value) =>
      set(() => (scope.level = value)),
    ),
    'ACQ:SOUR#:GAIN?': each((index) => bare(() => scope.gains[index])),
    'ACQ:SOUR#:GAIN': each((index) =>
      oneOf(words(Object.keys(gains) as Gain[]), (gain) => set(() => (scope.gains[index] = gain))),
    ),
  };
}

function dataCommands({ acquisition, data }: Board): BoardCommands {
  const choice = <Key extends keyof DataFormat>(
    key: Key,
    options: readonly DataFormat[Key][],
  ): Command => oneOf(words(options), (word) => void (data[key] = word));
  const part = (index: 0 | 1, from: number, count: number): Outcome =>
    from >= 0 && count >= 1 && from + count <= bufferSamples
      ? encodeSamples(acquisition.samples(index).subarray(from, from + count), data)
      : { error: scpiErrors.outOfRange };
  return {
    'ACQ:BUF:SIZE?': bare(() => String(bufferSamples)),
    'ACQ:DATA:Units?': bare(() => data.units),
    'ACQ:DATA:Units': choice('units', ['VOLTS', 'RAW']),
    'ACQ:DATA:FORMAT?': bare(() => data.format),
    'ACQ:DATA:FORMAT': choice('format', ['ASCII', 'BIN']),
    'ACQ:DATA:BYTE:ORDER?': bare(() => data.byteOrder),
    'ACQ:DATA:BYTE:ORDER': choice('byteOrder', ['BEND', 'LEND']),
    'ACQ:SOUR#:DATA?': each((index) => bare(() => part(index, 0, bufferSamples))),
    'ACQ:SOUR#:DATA:STArt:N?': each((index) =>
      listed(2, 2, (from = '', count = '') => part(index, Number(from), Number(count))),
    ),
    'ACQ:SOUR#:DATA:Old:N?': each((index) =>
      listed(1, 1, (count = '') => part(index, 0, Number(count))),
    ),
    'ACQ:SOUR#:DATA:LATest:N?': each((index) =>
      listed(1, 1, (count = '') => part(index, bufferSamples - Number(count), Number(count))),
    ),
  };
}

function generatorCommands(board: Board): BoardCommands {
  /** The same number to ask for and to set. */
  const number = (
    header: string,
    key: 'frequency' | 'amplitude' | 'offset' | 'phase' | 'dutyCycle',
    minimum: number,
    maximum: number,
  ): BoardCommands => ({
    [`${header}?`]: each((index) => bare(() => String(board.generators[index][key]))),
    [header]: each((index) =>
      numeric({ minimum, maximum, usual: 0 }, (value) =>
        board.change(index, (generator) => (generator[key] = value)),
      ),
    ),
  });
  const turn = (index: 0 | 1, run: (generator: Generator) => void): void =>
    board.change(index, run);
  return {
    'GEN:RST': bare(() => board.resetGenerators()),
    'OUTPUT#:STATE?': each((index) => bare(() => (board.generators[index].isOn ? '1' : '0'))),
    'OUTPUT#:STATE': each((index) =>
      oneOf(switches, (word) => turn(index, (generator) => (generator.isOn = word === 'ON'))),
    ),
    'SOUR#:FUNC?': each((index) => bare(() => board.generators[index].waveform)),
    'SOUR#:FUNC': each((index) =>
      oneOf(words(waveforms), (word) => turn(index, (generator) => (generator.waveform = word))),
    ),
    'SOUR#:TRig:INT': each((index) => bare(() => turn(index, () => {}))),
    ...number('SOUR#:FREQ[:FIX]', 'frequency', 0, frequencyMost),
    ...number('SOUR#:VOLT', 'amplitude', 0, 1),
    ...number('SOUR#:VOLT:OFFS', 'offset', -1, 1),
    ...number('SOUR#:PHAS', 'phase', -360, 360),
    ...number('SOUR#:DCYC', 'dutyCycle', 0, 1),
  };
}

function words<Word extends string>(list: readonly Word[]): Readonly<Record<string, Word>> {
  return Object.fromEntries(list.map((word) => [word, word])) as Record<string, Word>;
}

/** The same command for each input or output. */
function each(make: (index: 0 | 1) => Command): BoardCommand {
  return (argument, index) => make(index)(argument);
}
