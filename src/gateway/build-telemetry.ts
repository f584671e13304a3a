import type { Config } from '../config/index.ts';
import type { Directory } from '../doors/index.ts';
import { systemClock } from '../kernel/index.ts';
import { Diagnosis, SystemMonitor } from '../telemetry/index.ts';
import type {
  Alerts,
  Check,
  DeadlockLog,
  Hub,
  LatestValues,
  Metrics,
  Poller,
  RecorderStatus,
  Ways,
} from '../telemetry/index.ts';
import type { Scheduler } from '../schedules/index.ts';
import { buildMetrics } from './build-metrics.ts';

/** What a gateway tells of itself. */
export interface OwnTelemetry {
  readonly system: SystemMonitor;
  readonly diagnosis: Diagnosis;
  readonly deadlocks: DeadlockLog;
  readonly metrics: Metrics;
}

export interface TelemetrySurroundings {
  readonly config: Config;
  readonly directory: Directory;
  readonly stateFolder: string;
  /** Of Signalbox. */
  readonly version: string;
  readonly deadlocks: DeadlockLog;
  readonly latest: LatestValues;
  readonly poller: Poller;
  readonly scheduler: Scheduler;
  readonly hub: Hub;
  readonly alerts: Alerts;
  /** By which people are told. */
  readonly ways: Ways;
  /** Undefined where nothing is recorded. */
  readonly recorder: () => RecorderStatus | undefined;
  /** What rooms have to tell that no port, worker or subsystem shows. */
  readonly more?: () => readonly Check[];
}

/** Not looking at anything yet. */
export function buildTelemetry(surroundings: TelemetrySurroundings): OwnTelemetry {
  const { config, directory, stateFolder, deadlocks, more } = surroundings;
  const clock = systemClock;
  const system = new SystemMonitor({
    clock,
    counts: () => ({
      ports: directory.ports.size,
      instruments: directory.instruments.size,
      clients: directory.doors.reduce((sum, door) => sum + door.status().clients.length, 0),
    }),
  });
  const diagnosis = new Diagnosis(
    {
      config,
      stateFolder,
      sinceMs: clock.now(),
      ports: () => Array.from(directory.ports.values(), (port) => port.status()),
      instruments: () =>
        Array.from(directory.instruments.values(), ({ name, port, driver: { scope } }) => ({
          name,
          port: port.name,
          scope,
        })),
      workers: () => workersOf(directory),
      parts: () => directory.subsystems(),
      players: () =>
        Array.from(directory.players ?? [], ([name, player]) => ({
          name,
          status: async () => await player.status(),
        })),
      deadlocks: () => deadlocks.entries(),
      clockSteps: () => system.clockSteps(),
      ...(more === undefined ? {} : { more }),
    },
    clock,
  );
  const metrics = buildMetrics({ ...surroundings, system });
  return { system, diagnosis, deadlocks, metrics };
}

/** One that nobody uses is not to run. */
function workersOf({ ports, workers }: Directory): {
  name: string;
  isReady: boolean;
  state: string;
  reason?: string | undefined;
}[] {
  return Array.from(workers?.values() ?? [], ({ worker, ports: names }) => {
    const { name, state, reason } = worker.status;
    const isUsed = names.some((each) => ports.get(each)?.status().state !== 'released');
    return { name, isReady: state === 'ready' || !isUsed, state, reason };
  });
}
