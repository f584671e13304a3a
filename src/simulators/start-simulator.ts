import { Worker } from 'node:worker_threads';
import type { SimulatorDefinition } from './definition.ts';
import type { Simulator } from './simulator.ts';
import { ThreadCaller } from './thread-caller.ts';
import type { LoggedTransaction, SimulatorReport } from './wire-log.ts';

/** Source and built code have the same name but for its end. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './simulator-thread.ts' : './simulator-thread.js',
  import.meta.url,
);

/** How long a simulator may take to start, unless it is told otherwise. */
export const simulatorStartLongestMs = 20_000;

export interface SimulatorStartOptions {
  /** How long it may take. @default {@link simulatorStartLongestMs} */
  readonly timeoutMs?: number;
}

/**
 * Starts a simulator in a thread of its own, so that its pace disturbs nobody else's.
 * @throws BAD_ARGUMENT for a definition that makes no sense or a path in use; LINK_COMMUNICATION for a
 *   port in use; LINK_TIMEOUT when it does not start in time. Nothing of it is left then.
 */
export async function startSimulator(
  definition: SimulatorDefinition,
  options: SimulatorStartOptions = {},
): Promise<Simulator> {
  const thread = new Worker(entry, {
    workerData: definition,
    name: `simulator-${definition.kind}`,
    // Pseudo-terminals are opened by libc and closed by their streams, which Node does not follow.
    trackUnmanagedFds: false,
  });
  const caller = new ThreadCaller(thread);
  let address: string;
  try {
    address = await caller.ready(options.timeoutMs ?? simulatorStartLongestMs);
  } catch (error) {
    await caller.stop();
    throw error;
  }
  return {
    address,
    addFault: async (rule) => void (await caller.call({ kind: 'fault', rule })),
    clearFaults: async () => void (await caller.call({ kind: 'clear-faults' })),
    silence: async (node, isSilent) =>
      void (await caller.call({ kind: 'silence', node, isSilent })),
    unplug: async (backAfterMs) => void (await caller.call({ kind: 'unplug', backAfterMs })),
    resetLog: async () => void (await caller.call({ kind: 'reset-log' })),
    transactions: async () =>
      (await caller.call({ kind: 'transactions' })) as readonly LoggedTransaction[],
    report: async () => (await caller.call({ kind: 'report' })) as SimulatorReport,
    [Symbol.asyncDispose]: async () => await caller.stop(),
  };
}
