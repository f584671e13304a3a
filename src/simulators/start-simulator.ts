import { Worker } from 'node:worker_threads';
import { SignalboxError } from '../kernel/index.ts';
import type { SimulatorCommand, SimulatorDefinition } from './definition.ts';
import type { ThreadAnswer, ThreadRequest } from './simulator-thread.ts';
import type { Simulator, SimulatorReport } from './simulator.ts';

/** Source and built code have the same name but for its end. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './simulator-thread.ts' : './simulator-thread.js',
  import.meta.url,
);

/**
 * Starts a simulator in a thread of its own, so that its pace disturbs nobody else's.
 * @throws LINK_COMMUNICATION when its path or port is taken
 */
export async function startSimulator(definition: SimulatorDefinition): Promise<Simulator> {
  const thread = new Worker(entry, {
    workerData: definition,
    name: `simulator-${definition.kind}`,
    // Pseudo-terminals are opened by libc and closed by their streams, which Node does not follow.
    trackUnmanagedFds: false,
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<string>();
  const gone = Promise.withResolvers<void>();
  let ids = 0;
  const fail = (error: SignalboxError): void => {
    ready.reject(error);
    for (const each of waiting.values()) each.reject(error);
    waiting.clear();
    gone.resolve();
  };
  thread.on('message', (answer: ThreadAnswer) => {
    switch (answer.kind) {
      case 'ready':
        ready.resolve(answer.address);
        break;
      case 'failed':
        ready.reject(new SignalboxError('LINK_COMMUNICATION', answer.message));
        break;
      case 'answer':
        waiting.get(answer.id)?.resolve(answer.result);
        waiting.delete(answer.id);
        break;
    }
  });
  thread.on('error', (cause) => {
    fail(new SignalboxError('INTERNAL', 'a simulator failed', { cause }));
  });
  thread.on('exit', () => fail(new SignalboxError('CLOSED', 'the simulator has stopped')));

  const call = async (command: SimulatorCommand): Promise<unknown> => {
    const id = ids;
    ids += 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    thread.postMessage({ id, command } satisfies ThreadRequest);
    return await answer.promise;
  };

  const address = await ready.promise;
  return {
    address,
    addFault: async (rule) => void (await call({ kind: 'fault', rule })),
    clearFaults: async () => void (await call({ kind: 'clear-faults' })),
    silence: async (node, isSilent) => void (await call({ kind: 'silence', node, isSilent })),
    unplug: async (backAfterMs) => void (await call({ kind: 'unplug', backAfterMs })),
    resetLog: async () => void (await call({ kind: 'reset-log' })),
    report: async () => (await call({ kind: 'report' })) as SimulatorReport,
    [Symbol.asyncDispose]: async () => {
      await call({ kind: 'stop' }).catch(() => {});
      await gone.promise;
    },
  };
}
