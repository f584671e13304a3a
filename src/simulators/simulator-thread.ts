import { parentPort, workerData } from 'node:worker_threads';
import { asSignalboxError, SignalboxError } from '../kernel/index.ts';
import type { ErrorReport } from '../kernel/index.ts';
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
  | { readonly kind: 'failed'; readonly error: ErrorReport }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorReport };

const port = parentPort;
if (port === null) {
  throw new SignalboxError('INTERNAL', 'simulator-thread runs as a worker thread only');
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
    case 'transactions':
      return await simulator.transactions();
    case 'report':
      return await simulator.report();
    case 'stop':
      return await simulator[Symbol.asyncDispose]();
  }
}

function send(answer: ThreadAnswer): void {
  port?.postMessage(answer);
}

async function serve(simulator: Simulator, { id, command }: ThreadRequest): Promise<void> {
  try {
    send({ kind: 'answer', id, result: await perform(simulator, command) });
  } catch (error) {
    send({ kind: 'refusal', id, error: asSignalboxError(error).toJSON() });
  }
  if (command.kind === 'stop') port?.close();
}

try {
  const simulator = await openSimulator(workerData as SimulatorDefinition);
  port.on('message', (request: ThreadRequest) => void serve(simulator, request));
  send({ kind: 'ready', address: simulator.address });
} catch (error) {
  send({ kind: 'failed', error: asSignalboxError(error).toJSON() });
}
