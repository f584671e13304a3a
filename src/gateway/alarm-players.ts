import { Player } from '../instruments/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { AlarmPlayer } from '../schedules/index.ts';

/** The instruments that alarms can ring on, by name. */
export function alarmPlayers(
  instruments: ReadonlyMap<string, Instrument>,
): ReadonlyMap<string, AlarmPlayer> {
  const by: Owner = {
    id: 'schedules-players',
    program: 'signalbox alarms',
    pid: process.pid,
    door: 'schedules',
    sinceMs: systemClock.now(),
  };
  return new Map(
    instruments
      .entries()
      .filter(([, { driver }]) => driver.family === 'spotify')
      .map(([name, instrument]) => [name, new Player({ instrument, by })]),
  );
}
