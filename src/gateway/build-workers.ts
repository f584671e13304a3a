import type { Config, WorkerConfig } from '../config/index.ts';
import type { DirectoryWorker } from '../doors/index.ts';
import {
  nodeProcessWorkerFactory,
  processWorkerFactory,
  SharedWorker,
  SupervisedWorker,
  threadWorkerFactory,
} from '../links/index.ts';
import type { WorkerFactory } from '../links/index.ts';
import { given, SignalboxError } from '../kernel/index.ts';
import type { RoomLog } from './room-log.ts';

/** A worker that is asked to end at the end of the gateway may take so long, then it is forced. */
const politeMs = 500;

/**
 * The workers of a configuration, by name; none is started.
 * @param log @default what they say is told to nobody
 */
export function buildWorkers({ workers }: Config, log?: RoomLog): Map<string, SharedWorker> {
  return new Map(
    Object.entries(workers).map(([name, config]) => {
      const { callsMost } = config;
      const factory = factoryOf(name, config);
      const worker = new SupervisedWorker({ name, factory, politeMs, ...given({ callsMost }) });
      if (log !== undefined) followWorker(worker, log);
      return [name, new SharedWorker(worker)];
    }),
  );
}

/** The workers as doors show them. */
export function workersForDoors(
  config: Config,
  workers: ReadonlyMap<string, SharedWorker>,
): Map<string, DirectoryWorker> {
  return new Map(
    Array.from(workers, ([name, { worker }]) => {
      const ports = Object.entries(config.ports).flatMap(([port, each]) =>
        each.worker === name ? [port] : [],
      );
      return [name, { worker, ports }];
    }),
  );
}

function factoryOf(name: string, config: WorkerConfig): WorkerFactory {
  const { command = [], module, isolation, workingFolder, memoryMostMib } = config;
  const limits = given({ workingFolder, memoryMostMib });
  if (module !== undefined && isolation === 'thread') {
    return threadWorkerFactory({ module, ...given({ memoryMostMib }) });
  }
  const environment = { ...inherited(), ...config.environment };
  if (module !== undefined) return nodeProcessWorkerFactory({ module, environment, ...limits });
  const [program, ...args] = command;
  if (program === undefined) throw new SignalboxError('CONFIG_INVALID', `${name} has no command`);
  return processWorkerFactory({ command: [program, ...args], environment, ...limits });
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}

function followWorker(worker: SupervisedWorker, log: RoomLog): void {
  const lines = log.of('workers');
  const { name } = worker;
  worker.on('log', ({ level, line }) => lines[level]({ worker: name }, `${name}: ${line}`));
  // Where each call goes is in the log of its port; this is what went to nobody.
  worker.on('stray', ({ kind, what }) =>
    lines.debug({ worker: name, kind }, `${name}: dropped a reply (${kind}): ${what}`),
  );
  worker.on('state', ({ state, reason }) => {
    const isTrouble = state === 'waiting' || state === 'error';
    const why = reason === undefined ? '' : `: ${reason}`;
    lines[isTrouble ? 'warn' : 'info']({ worker: name, state }, `worker ${name} is ${state}${why}`);
  });
}
