import { resolve } from 'node:path';
import type { Config } from './config.ts';
import type { RuntimeConfig, RuntimesConfig } from './runtimes-config.ts';

/**
 * Relative paths lead on from the folder of the file that they are in, wherever the gateway is started.
 * Device paths stay as they are.
 */
export function settlePaths(config: Config, folder: string): Config {
  const settled = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(folder, path);
  const { gateway, http, csvLogs, notify, recorder, runtimes, simulators, workers } = config;
  return {
    ...config,
    gateway: {
      ...gateway,
      stateFolder: settled(gateway.stateFolder),
      runtimeFolder: settled(gateway.runtimeFolder),
    },
    http: { ...http, tokenFile: settled(http.tokenFile) },
    ...(runtimes === undefined ? {} : { runtimes: settleModules(runtimes, folder) }),
    ...(recorder === undefined
      ? {}
      : {
          recorder: {
            ...recorder,
            file: settled(recorder.file),
            urlFile: settled(recorder.urlFile),
          },
        }),
    csvLogs: mapped(csvLogs, (log) => ({ ...log, folder: resolve(folder, log.folder) })),
    notify: mapped(notify, (way) => settleFiles(way, folder)),
    // What else is relative in a command leads on from the folder that it is started in.
    workers: mapped(workers, (worker) => ({
      ...worker,
      module: settled(worker.module),
      ...(worker.isolation === 'thread'
        ? {}
        : { workingFolder: resolve(folder, worker.workingFolder ?? '.') }),
    })),
    simulators: mapped(simulators, (simulator) =>
      simulator.kind === 'spotify' || simulator.kind === 'miners'
        ? simulator
        : { ...simulator, path: settled(simulator.path) },
    ),
  };
}

function mapped<Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Of a flat table: whatever names a file. */
function settleFiles<Way extends object>(way: Way, folder: string): Way {
  const settled = Object.entries(way).map(([key, value]: [string, unknown]) => [
    key,
    key.endsWith('File') && typeof value === 'string' ? resolve(folder, value) : value,
  ]);
  return Object.fromEntries(settled) as Way;
}

function settleModules({ inline, isolated }: RuntimesConfig, folder: string): RuntimesConfig {
  const settle = (runtime: RuntimeConfig): RuntimeConfig => ({
    ...runtime,
    actors: runtime.actors.map((actor) => ({ ...actor, module: resolve(folder, actor.module) })),
  });
  return { inline: settle(inline), isolated: settle(isolated) };
}
