import { parentPort, workerData } from 'node:worker_threads';
import { SignalboxError } from '../kernel/index.ts';
import type { SimulatorCommand, SimulatorDefinition } from './definition.ts';
import { openSimulator } from './simulator.ts';
import type { Simulator } from './simulator.ts';

/** A command on its way to the thread, and what comes back. */
export interface ThreadRequest {
  readonly id: number;
  readonly command: SimulatorCommand;
}
export type ThreadAnswer =
  | { readonly kind: 'ready'; readonly address: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown };

const port = parentPort;
if (port === null) {
  throw new SignalboxError('INTERNAL', 'simulator-thread.ts runs as a worker thread only');
}

async function perform(simulator: Simulator, command: SimulatorCommand): Promise<unknown> {
  switch (command.kind) {
    case 'fault':
      return await simulator.addFault(command.rule);
    case 'clear-faults':
      return await simulator.clearFaults();
    case 'silence':
      return await simulator.silence(command.node, command.isSilent);
    case 'unplug':
      return await simulator.unplug(command.backAfterMs);
    case 'reset-log':
      return await simulator.resetLog();
    case 'report':
      return await simulator.report();
    case 'stop':
      return await simulator[Symbol.asyncDispose]();
  }
}

try {
  const simulator = await openSimulator(workerData as SimulatorDefinition);
  port.on('message', ({ id, command }: ThreadRequest) => {
    void perform(simulator, command).then((result) => {
      port.postMessage({ kind: 'answer', id, result } satisfies ThreadAnswer);
      if (command.kind === 'stop') port.close();
    });
  });
  port.postMessage({ kind: 'ready', address: simulator.address } satisfies ThreadAnswer);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  port.postMessage({ kind: 'failed', message } satisfies ThreadAnswer);
}
