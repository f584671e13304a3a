import type { Config } from '../config/index.ts';

/**
 * Whether something depends on a port or instrument that cannot be changed while the gateway runs: an
 * account of a player, a worker that is not there yet, a CSV log, or a driver that runs by itself.
 * @param started what the gateway was started with
 * @param wanted what it is to be
 */
export function isFixed(
  kind: 'ports' | 'instruments',
  name: string,
  started: Config,
  wanted: Config,
): boolean {
  return kind === 'ports'
    ? isPortFixed(name, started, wanted)
    : isInstrumentFixed(name, started, wanted);
}

function isPortFixed(name: string, started: Config, wanted: Config): boolean {
  const before = own(started.ports, name);
  const after = own(wanted.ports, name);
  if (before !== undefined && started.runtimes !== undefined) return true;
  if (after?.worker !== undefined && own(started.workers, after.worker) === undefined) return true;
  return [started, wanted].some((config) =>
    Object.entries(config.instruments).some(
      ([instrument, { port }]) => port === name && isInstrumentFixed(instrument, started, wanted),
    ),
  );
}

function isInstrumentFixed(name: string, started: Config, wanted: Config): boolean {
  return (
    own(started.instruments, name)?.driver === 'spotify' ||
    own(wanted.instruments, name)?.driver === 'spotify' ||
    Object.values(started.csvLogs).some((log) => log.instruments.includes(name))
  );
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
