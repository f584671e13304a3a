// The thread or process of an isolated actor: started by the gateway, told which in its arguments.
import { isMainThread, workerData } from 'node:worker_threads';
import { asSignalboxError } from '../../kernel/index.ts';
import type { RunningActor } from '../../instruments/index.ts';
import { serveWorker } from '../../links/index.ts';
import type { FunctionContext } from '../../links/index.ts';
import { loadActor } from './load-actor.ts';
import { RemoteResources } from './remote-resources.ts';

/** What an isolated actor is started with. */
export interface ActorWorkerData {
  readonly id: string;
  /** The URL of its module. */
  readonly url: string;
}

type Settings = Readonly<Record<string, unknown>>;

/** After a failed start its reason has so long to reach the gateway. */
const lastWordMs = 200;
const lastWordLengthMost = 1_000;

const { id, url } = (
  isMainThread ? JSON.parse(process.argv[2] ?? '{}') : workerData
) as ActorWorkerData;
const stop = new AbortController();
let running: RunningActor | undefined;

const host = serveWorker({
  name: id,
  functions: {
    start: async (settings: Settings) => {
      try {
        running = await startActor(settings);
      } catch (error) {
        crash(error);
        throw error;
      }
      running.done?.then(() => crash(new Error('it ended by itself')), crash);
      return { hasCalls: running.call !== undefined };
    },
    call: async (
      { method, params }: { readonly method: string; readonly params: unknown },
      { signal }: FunctionContext,
    ) => await running?.call?.(method, params, signal),
    check: async () => {
      await running?.check?.();
    },
    stop: async () => {
      stop.abort();
      await running?.stop?.();
      await running?.done?.catch(() => {});
    },
  },
});

async function startActor(settings: Settings): Promise<RunningActor> {
  const actor = await loadActor(url, 'isolated');
  return await actor.start({
    id,
    settings,
    resources: new RemoteResources(id, host),
    signal: stop.signal,
    log: (level, message) => host.log(level, message),
    publish: (name, data) => host.event(name, data),
  });
}

/** Ends this thread or process: whoever keeps it starts it again. */
function crash(error: unknown): void {
  if (stop.signal.aborted) return;
  setTimeout(() => process.exit(1), lastWordMs);
  host.log('error', asSignalboxError(error).message.slice(0, lastWordLengthMost));
}
