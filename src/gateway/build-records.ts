import type { Config, CsvLogConfig } from '../config/index.ts';
import { CsvLog, CsvRecorder } from '../instruments/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { given, isSignalboxError, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { RoomLog } from './room-log.ts';

/** What is recorded, and where to. */
export interface Records {
  readonly logs: readonly CsvLog[];
  readonly recorders: readonly CsvRecorder[];
}

/**
 * The records of a configuration; not begun yet.
 * @throws CONFIG_INVALID for a parameter that an instrument has not, or that cannot be read
 */
export function buildRecords(
  { csvLogs, instruments: configs }: Config,
  instruments: ReadonlyMap<string, Instrument>,
  roomLog: RoomLog,
): Records {
  const logs: CsvLog[] = [];
  const recorders: CsvRecorder[] = [];
  for (const [name, config] of Object.entries(csvLogs)) {
    const log = openLog(name, config, roomLog);
    logs.push(log);
    const by = recorderOf(name);
    for (const [index, instrumentName] of config.instruments.entries()) {
      const instrument = instruments.get(instrumentName);
      const instrumentConfig = configs[instrumentName];
      if (instrument === undefined || instrumentConfig === undefined) continue;
      check(name, index, instrument, config.parameters);
      const { parameters, everyMs, sampleMs } = config;
      recorders.push(
        new CsvRecorder({
          log,
          instrument,
          parameters,
          address:
            instrumentConfig.driver === 'bronkhorst' ? instrumentConfig.node : instrumentName,
          everyMs,
          by,
          ...given({ sampleMs }),
        }),
      );
    }
  }
  return { logs, recorders };
}

/** A disk that is full is told once, and again when it was not for a while. */
function openLog(name: string, { folder, fileName }: CsvLogConfig, roomLog: RoomLog): CsvLog {
  const log = roomLog.of('records');
  let told = '';
  return new CsvLog({
    folder,
    fileName,
    onFailure: ({ message }) => {
      if (message === told) return;
      told = message;
      log.warn({ csvLog: name, folder }, `csvLogs.${name} cannot be written: ${message}`);
    },
  });
}

function recorderOf(name: string): Owner {
  return {
    id: `csv-log-${name}`,
    program: `CSV log ${name}`,
    pid: process.pid,
    door: 'gateway',
    sinceMs: systemClock.now(),
  };
}

function check(
  name: string,
  index: number,
  instrument: Instrument,
  parameters: readonly string[],
): void {
  for (const parameter of parameters) {
    const problem = problemOf(instrument, parameter);
    if (problem === undefined) continue;
    throw new SignalboxError('CONFIG_INVALID', `csvLogs.${name}.parameters: ${problem}`, {
      details: { csvLog: name, instrument: instrument.name, parameter, index },
    });
  }
}

function problemOf(instrument: Instrument, name: string): string | undefined {
  try {
    const { access } = instrument.parameter(name);
    return access === 'write' ? `${name} of ${instrument.name} can only be written` : undefined;
  } catch (error) {
    if (isSignalboxError(error)) return error.message;
    throw error;
  }
}
