import { counter, gauge } from './metric-family.ts';
import type { MetricFamily } from './metric-family.ts';

/** A worker as it stands. */
export interface MeasuredWorker {
  readonly name: string;
  readonly isReady: boolean;
  readonly restarts: number;
  /** Calls that are under way. */
  readonly pending: number;
}

/** Another part of the gateway. */
export interface MeasuredPart {
  readonly name: string;
  readonly isReady: boolean;
}

/** A way in. */
export interface MeasuredDoor {
  readonly name: string;
  readonly kind: string;
  readonly clients: number;
}

/** What else of the gateway can be ready or not, and who is inside. */
export interface PartSubjects {
  readonly workers: readonly MeasuredWorker[];
  readonly parts: readonly MeasuredPart[];
  readonly doors: readonly MeasuredDoor[];
  /** How many waits were refused as deadlocks. */
  readonly deadlocks: number;
  /** Alarms and jobs, and those of them that cannot run. */
  readonly schedules: { readonly size: number; readonly faulty: number };
}

export function partMetrics(subjects: PartSubjects): MetricFamily[] {
  const { workers, parts, doors, deadlocks, schedules } = subjects;
  const ofWorkers = (valueOf: (worker: MeasuredWorker) => number) =>
    workers.map((worker) => ({ labels: { worker: worker.name }, value: valueOf(worker) }));
  return [
    gauge(
      'signalbox_worker_ready',
      'Whether the worker takes calls.',
      ofWorkers(({ isReady }) => Number(isReady)),
    ),
    counter(
      'signalbox_worker_restarts_total',
      'How often the worker was started again after it had ended by itself.',
      ofWorkers(({ restarts }) => restarts),
    ),
    gauge(
      'signalbox_worker_pending_calls',
      'Calls that the worker has not answered yet.',
      ofWorkers(({ pending }) => pending),
    ),
    gauge(
      'signalbox_subsystem_ready',
      'Whether a part of the gateway works: a runtime, an actor, the schedules.',
      parts.map(({ name, isReady }) => ({ labels: { subsystem: name }, value: Number(isReady) })),
    ),
    gauge(
      'signalbox_door_clients',
      'Programs inside.',
      doors.map(({ name, kind, clients }) => ({ labels: { door: name, kind }, value: clients })),
    ),
    counter(
      'signalbox_deadlocks_refused_total',
      'Waits that were refused because they would have been deadlocks.',
      [{ value: deadlocks }],
    ),
    gauge('signalbox_schedules', 'Alarms and jobs.', [{ value: schedules.size }]),
    gauge('signalbox_schedules_faulty', 'Alarms and jobs that cannot run as they are.', [
      { value: schedules.faulty },
    ]),
  ];
}
