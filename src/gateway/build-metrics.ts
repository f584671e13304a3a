import type { Config } from '../config/index.ts';
import type { Directory } from '../doors/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { Scheduler } from '../schedules/index.ts';
import {
  alertMetrics,
  hubMetrics,
  instrumentMetrics,
  Metrics,
  notifyMetrics,
  ownerMetrics,
  partMetrics,
  pollMetrics,
  portMetrics,
  processMetrics,
  recorderMetrics,
} from '../telemetry/index.ts';
import type {
  Alerts,
  DeadlockLog,
  Hub,
  LatestValues,
  PartSubjects,
  Poller,
  RecorderStatus,
  SystemMonitor,
  Ways,
} from '../telemetry/index.ts';

export interface MetricsSurroundings {
  readonly config: Config;
  readonly directory: Directory;
  /** Of Signalbox. */
  readonly version: string;
  readonly system: SystemMonitor;
  readonly deadlocks: DeadlockLog;
  readonly scheduler: Scheduler;
  readonly latest: LatestValues;
  readonly poller: Poller;
  readonly hub: Hub;
  readonly alerts: Alerts;
  /** By which people are told. */
  readonly ways: Ways;
  /** Undefined where nothing is recorded. */
  readonly recorder: () => RecorderStatus | undefined;
}

/** The metrics of a gateway, each looked up when somebody asks. */
export function buildMetrics(surroundings: MetricsSurroundings): Metrics {
  const { config, directory, version, system, latest, poller, hub, alerts, ways, recorder } =
    surroundings;
  const clock = systemClock;
  const metrics = new Metrics(clock);
  metrics.add(() => processMetrics(system, version));
  metrics.add(() => portMetrics(directory.ports.values(), clock.now()));
  metrics.add(ownerMetrics(() => directory.ports.values()));
  metrics.add(() =>
    instrumentMetrics({
      instruments: directory.instruments.values(),
      ports: new Map(Array.from(directory.ports, ([name, port]) => [name, port.status()])),
      latest: latest.all(),
      hasValues: config.metrics.parameterValues,
      nowMs: clock.now(),
    }),
  );
  metrics.add(() => pollMetrics(poller.status()));
  metrics.add(() => notifyMetrics(ways.status()));
  metrics.add(() => hubMetrics(hub));
  metrics.add(() => alertMetrics(alerts.open(), alerts.rules().length));
  metrics.add(() => {
    const status = recorder();
    return status === undefined ? [] : recorderMetrics(status);
  });
  metrics.add(() => partMetrics(partsOf(surroundings)));
  return metrics;
}

function partsOf({ directory, deadlocks, scheduler }: MetricsSurroundings): PartSubjects {
  return {
    workers: Array.from(directory.workers?.values() ?? [], ({ worker }) => {
      const { name, state, restarts, pendingCount: pending } = worker.status;
      return { name, isReady: state === 'ready', restarts, pending };
    }),
    parts: directory.subsystems(),
    doors: directory.doors.map((door) => {
      const { name, kind, clients } = door.status();
      return { name, kind, clients: clients.length };
    }),
    deadlocks: deadlocks.total,
    schedules: { size: scheduler.size, faulty: scheduler.faults().length },
  };
}
