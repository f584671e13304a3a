import { boardOfCommand, RedPitayaBoards } from '../instruments/index.ts';
import type { RedPitayaWay } from '../instruments/index.ts';
import { asSignalboxError } from '../kernel/index.ts';
import type { ConfigProblem } from './check-references.ts';
import type { Config } from './config.ts';

/** What a Red Pitaya is used for. */
interface Use {
  readonly path: readonly string[];
  readonly host: string;
  readonly way: RedPitayaWay;
  readonly holder: string;
}

/** Red Pitayas that are used in two ways which exclude each other. */
export function boardsUsedTwice(config: Config): ConfigProblem[] {
  const boards = new RedPitayaBoards();
  return [...workers(config), ...instruments(config)].flatMap(({ path, ...request }) => {
    try {
      boards.claim(request);
      return [];
    } catch (error) {
      return [{ path, message: asSignalboxError(error).message }];
    }
  });
}

function workers(config: Config): Use[] {
  return Object.entries(config.workers).flatMap(([name, { command = [] }]) => {
    const host = boardOfCommand(command);
    if (host === undefined) return [];
    return [{ path: ['workers', name, 'command'], host, way: 'pyrpl', holder: `worker ${name}` }];
  });
}

function instruments({ instruments: all, ports }: Config): Use[] {
  return Object.entries(all).flatMap(([name, { driver, port }]) => {
    const tcp = Object.hasOwn(ports, port) ? ports[port]?.tcp : undefined;
    if (driver !== 'red-pitaya' || tcp === undefined) return [];
    const host = tcp.replace(/^\w+:\/\//, '').replace(/:\d+$/, '');
    return [
      { path: ['instruments', name, 'port'], host, way: 'scpi', holder: `instrument ${name}` },
    ];
  });
}
