import { SignalboxError } from '../../kernel/index.ts';
import { ProparMaster } from './propar-master.ts';
import type { ProparMasterOptions } from './propar-master.ts';

interface SharedMaster {
  readonly master: ProparMaster;
  users: number;
}

/** One for the whole process, as a line can be opened only once. */
const shared = new Map<string, SharedMaster>();

/**
 * The master of a line, the same for all parts of a program; opened for the first that asks. Give it
 * back with {@link returnMaster}.
 * @throws BAD_ARGUMENT when it is open at another baud rate, and for settings that no line has
 */
export function borrowMaster(comport: string, options: ProparMasterOptions = {}): ProparMaster {
  const known = shared.get(comport);
  if (known === undefined) {
    const master = new ProparMaster(comport, options);
    shared.set(comport, { master, users: 1 });
    return master;
  }
  const { baudrate } = known.master.propar;
  const { baudrate: wanted = baudrate } = options;
  if (wanted !== baudrate) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `${comport} is open at ${baudrate} baud, and cannot be at ${wanted} as well`,
    );
  }
  known.users += 1;
  return known.master;
}

/** The last that gives it back closes the line. */
export async function returnMaster(master: ProparMaster): Promise<void> {
  const known = shared.get(master.comport);
  if (known?.master !== master) return;
  known.users -= 1;
  if (known.users > 0) return;
  shared.delete(master.comport);
  await master.stop();
}
