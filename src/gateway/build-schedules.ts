import { join } from 'node:path';
import type { Config, ConfigStore } from '../config/index.ts';
import type { SubsystemStatus } from '../doors/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { systemClock } from '../kernel/index.ts';
import { Ledger, Scheduler } from '../schedules/index.ts';
import type { ScheduleSource } from '../schedules/index.ts';
import { alarmPlayers } from './build-players.ts';
import type { RoomLog } from './room-log.ts';

/** The alarms and jobs of a gateway, and what they are written down in. */
export class Schedules implements AsyncDisposable {
  readonly scheduler: Scheduler;
  readonly #ledger: Ledger;

  constructor(scheduler: Scheduler, ledger: Ledger) {
    this.scheduler = scheduler;
    this.#ledger = ledger;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scheduler.close();
    this.#ledger[Symbol.dispose]();
  }
}

export interface ScheduleParts {
  readonly source: ScheduleSource;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly stateFolder: string;
  readonly log: RoomLog;
}

/** Not started yet. */
export function buildSchedules({
  source,
  instruments,
  stateFolder,
  log,
}: ScheduleParts): Schedules {
  const schedules = log.of('schedules');
  const path = join(stateFolder, 'schedules.sqlite');
  const ledger = Ledger.open(path, systemClock.now(), ({ message }, movedTo) =>
    schedules.warn(`${message}; it is ${movedTo} now, and a new one was begun`),
  );
  const scheduler = new Scheduler({
    source,
    ledger,
    instruments,
    players: alarmPlayers(instruments),
  });
  followSchedules(scheduler, log);
  return new Schedules(scheduler, ledger);
}

/** The configuration as it is at the moment; what the scheduler changes is in its file and its history. */
export function storeSource(store: ConfigStore<Config>): ScheduleSource {
  return {
    current: () => store.value,
    onChange: (listener) => store.onChange(() => listener()),
    change: async ({ kind, name, enabled, lastRun, who, why }) => {
      const path = [`${kind}s`, name];
      await store.transaction(
        (tx) => {
          if (tx.get(path) === undefined) return;
          tx.set([...path, 'enabled'], enabled);
          if (lastRun !== undefined) tx.set([...path, 'lastRun'], lastRun);
        },
        { by: who, why },
      );
    },
  };
}

/** A configuration that does not change while the gateway runs. */
export function fixedSource(config: Config): ScheduleSource {
  return {
    current: () => config,
    onChange: () => ({ [Symbol.dispose]: () => {} }),
    // That a job has run is in the ledger as well, which is what counts.
    change: async () => {},
  };
}

/** As `/readyz` tells of them; not at all where there are none. */
export function scheduleSubsystems(scheduler: Scheduler): SubsystemStatus[] {
  const faults = scheduler.faults();
  if (scheduler.size === 0) return [];
  const [first] = faults;
  return [
    {
      name: 'schedules',
      isReady: first === undefined,
      state: first === undefined ? 'running' : 'faulty',
      ...(first === undefined
        ? {}
        : { reason: `${first.name}: ${first.reason}${faults.length > 1 ? ', and others' : ''}` }),
    },
  ];
}

/** Writes what the scheduler tells to the log. */
function followSchedules({ events }: Scheduler, log: RoomLog): void {
  const schedules = log.of('schedules');
  events.on('run', ({ job, kind, runId, cause, state, reason, code }) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    // What went wrong is told to people besides, as a warning.
    schedules.info({ job, runId, cause, state, code }, `${kind} ${job} (${cause}) ${state}${why}`);
  });
  events.on('step', ({ job, runId, number, what, state, result }) => {
    if (!schedules.isLevelEnabled('debug')) return;
    const came = result === undefined ? '' : `: ${result}`;
    schedules.debug({ job, runId, number, state }, `${job} ${state}: ${what}${came}`);
  });
  events.on('notify', ({ job, level, message }) => schedules[level]({ job }, message));
  events.on('alarm', ({ alarm, state, reason }) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    schedules.info({ job: alarm, state }, `alarm ${alarm} is ${state}${why}`);
  });
  events.on('sleepTimer', ({ player, state, reason }) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    schedules.info({ player, state }, `the sleep timer of ${player} is ${state}${why}`);
  });
  events.on('clock', ({ steppedMs }) =>
    schedules.warn(
      { steppedMs },
      `the clock was set by ${Math.round(steppedMs / 1_000)} s, or the machine slept`,
    ),
  );
  events.on('fault', ({ job, error }) => schedules.error({ job, err: error }, error.message));
}
