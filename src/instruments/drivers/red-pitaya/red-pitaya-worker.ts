import { fileURLToPath } from 'node:url';
import { processWorkerFactory } from '../../../links/index.ts';
import type { WorkerFactory } from '../../../links/index.ts';

/** Where PyRPL's server listens on the board. */
export const pyrplPort = 2_222;

/** Which board, and how it is reached. */
export interface RedPitayaConfig {
  /** The board's name or address. Not needed for a computed one. */
  readonly hostname?: string;
  /** PyRPL's name for its settings of this board. @default 'signalbox' */
  readonly configName?: string;
  /** Of PyRPL's server on the board. @default 2222 */
  readonly port?: number;
  /** Computes a board instead, whose outputs are wired to its inputs. @default false */
  readonly isMock?: boolean;
  /** Of the computed board's noise. @default 1 */
  readonly seed?: number;
}

/** The Python package, beside `src` as beside `dist`. */
const pythonFolder = fileURLToPath(new URL('../../../../python/', import.meta.url));

/**
 * Starts the PyRPL worker of the Python package.
 * @param python the Python that has PyRPL
 */
export function redPitayaWorkerFactory(config: RedPitayaConfig, python: string): WorkerFactory {
  const { hostname = '', configName = 'signalbox', port = pyrplPort, isMock = false } = config;
  const { seed = 1 } = config;
  const board = isMock
    ? ['--mock', '--seed', String(seed)]
    : [`--hostname=${hostname}`, `--config=${configName}`, '--port', String(port)];
  const inherited = process.env['PYTHONPATH'];
  return processWorkerFactory({
    command: [python, '-m', 'signalbox.red_pitaya', ...board],
    environment: {
      ...(process.env as Readonly<Record<string, string>>),
      PYTHONPATH: inherited === undefined ? pythonFolder : `${pythonFolder}:${inherited}`,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
}

/** Whether two configurations mean the same board, reached in the same way. */
export function isSameBoard(one: RedPitayaConfig, other: RedPitayaConfig): boolean {
  return redPitayaWorkerFactory(one, '').address === redPitayaWorkerFactory(other, '').address;
}
