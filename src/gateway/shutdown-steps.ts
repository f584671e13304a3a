import type { Advertiser, Door } from '../doors/index.ts';
import type { SharedWorker } from '../links/index.ts';
import type { Port } from '../ports/index.ts';
import type { Poller, Tracing } from '../telemetry/index.ts';
import type { GatewayAlerts } from './build-alerts.ts';
import type { Recording } from './build-recorder.ts';
import type { Records } from './build-records.ts';
import type { Schedules } from './build-schedules.ts';
import type { Roster } from './roster.ts';
import type { RunningSimulators } from './running-simulators.ts';
import type { RuntimeManager } from './runtimes/runtime-manager.ts';
import { endAll } from './shut-down.ts';
import type { ShutdownStep } from './shut-down.ts';

/**
 * How long each step of an end may take; what has not ended by then is left behind, and goes with the
 * process. Their sum is below what the command line gives an orderly end.
 */
const shutdownLongestMs = {
  start: 1_000,
  schedules: 1_000,
  alerts: 500,
  poller: 500,
  recorders: 500,
  recording: 1_500,
  history: 500,
  runtimes: 3_000,
  advertisement: 500,
  drain: 7_000,
  doors: 2_500,
  ports: 1_000,
  workers: 2_500,
  logs: 1_000,
  simulators: 1_000,
  tracing: 1_000,
} as const;

/** What workers have under way when nobody asks them any more may take so long to end, in ms. */
const workerDrainMs = 1_000;

/** What is recorded last is written so long before that step is left behind, in ms. */
const flushMarginMs = 200;

/** What there is to be ended; undefined what has not come up. */
export interface RunningParts {
  readonly starting: Promise<void> | undefined;
  readonly schedules: Schedules | undefined;
  readonly alerts: GatewayAlerts | undefined;
  readonly poller: Poller;
  readonly roster: Roster | undefined;
  readonly records: Records;
  readonly recording: Recording | undefined;
  readonly runtimes: RuntimeManager | undefined;
  readonly advertiser: Advertiser | undefined;
  /** Settles when what is in line is not waited for any longer. */
  readonly hurry: Promise<void>;
  readonly doors: readonly Door[];
  readonly workers: ReadonlyMap<string, SharedWorker>;
  readonly simulators: RunningSimulators;
  readonly tracing: Tracing | undefined;
}

/**
 * Those who ask end first, then those who are asked. Requests in line are answered while the doors
 * by which they came are still open; nobody new gets into the line.
 * @param now what there is at the moment: more of it may come up until the start has ended
 */
export function shutdownSteps(now: () => RunningParts): ShutdownStep[] {
  const ports = (end: (port: Port) => Promise<void>): Promise<void> =>
    endAll(now().roster?.ports.values() ?? [], end);
  return [
    {
      name: 'the start',
      longestMs: shutdownLongestMs.start,
      // It says itself why it failed.
      run: async () => await now().starting?.catch(() => {}),
    },
    {
      name: 'the schedules',
      longestMs: shutdownLongestMs.schedules,
      run: async () => await now().schedules?.[Symbol.asyncDispose](),
    },
    {
      // Before ports end, which is nothing to be told of.
      name: 'the alerts',
      longestMs: shutdownLongestMs.alerts,
      run: async () => await now().alerts?.[Symbol.asyncDispose](),
    },
    {
      // What is being taken up is finished first: nothing comes after it.
      name: 'the poller',
      longestMs: shutdownLongestMs.poller,
      run: async () => {
        await now().roster?.close();
        await now().poller[Symbol.asyncDispose]();
      },
    },
    {
      name: 'the recorders',
      longestMs: shutdownLongestMs.recorders,
      run: async () =>
        await endAll(now().records.recorders, async (each) => await each[Symbol.asyncDispose]()),
    },
    {
      name: 'the recording',
      longestMs: shutdownLongestMs.recording,
      // What it cannot write in time is told while there is a log.
      run: async () => await now().recording?.flush(shutdownLongestMs.recording - flushMarginMs),
    },
    {
      name: 'the runtimes',
      longestMs: shutdownLongestMs.runtimes,
      run: async () => {
        await now().runtimes?.shutdown(shutdownLongestMs.runtimes);
        await now().runtimes?.resources.close();
      },
    },
    {
      // Nobody is to find what is about to end.
      name: 'the advertisement',
      longestMs: shutdownLongestMs.advertisement,
      run: async () => await now().advertiser?.close(),
    },
    {
      name: 'the requests in line',
      longestMs: shutdownLongestMs.drain,
      run: async () => {
        // They end after all who ask them, however many there are.
        for (const worker of now().workers.values()) worker.keep();
        await Promise.race([ports(async (port) => await port.drain()), now().hurry]);
      },
    },
    {
      name: 'the doors',
      longestMs: shutdownLongestMs.doors,
      run: async () => await endAll(now().doors, async (door) => await door.close()),
    },
    {
      name: 'the history',
      longestMs: shutdownLongestMs.history,
      run: async () => await now().recording?.close(),
    },
    {
      name: 'the ports',
      longestMs: shutdownLongestMs.ports,
      run: async () => await ports(async (port) => await port.close()),
    },
    {
      name: 'the workers',
      longestMs: shutdownLongestMs.workers,
      run: async () =>
        await endAll(now().workers.values(), async (worker) => await worker.end(workerDrainMs)),
    },
    {
      name: 'the CSV logs',
      longestMs: shutdownLongestMs.logs,
      run: async () =>
        await endAll(now().records.logs, async (each) => await each[Symbol.asyncDispose]()),
    },
    {
      name: 'the simulators',
      longestMs: shutdownLongestMs.simulators,
      run: async () => await now().simulators[Symbol.asyncDispose](),
    },
    {
      name: 'the traces',
      longestMs: shutdownLongestMs.tracing,
      run: async () => await now().tracing?.[Symbol.asyncDispose](),
    },
  ];
}
