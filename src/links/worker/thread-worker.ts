import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';
import type { Readable } from 'node:stream';
import { asSignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { endsWithin } from './ends-within.ts';
import { heapLimitMib, HeapWatch } from './heap-watch.ts';
import { logLineLengthMost, LogLines } from './log-lines.ts';
import { PortChannel } from './rpc/port-channel.ts';
import { forcedMs } from './worker-body.ts';
import type { WorkerBody, WorkerEnd, WorkerFactory } from './worker-body.ts';
import type { WorkerLog } from './worker-log.ts';

/** A worker that is a thread of this process. */
export interface ThreadWorkerOptions {
  /** Its module: a path or a URL. */
  readonly module: string | URL;
  /** What the module finds as `workerData`. */
  readonly data?: unknown;
  /** How much memory it may take, in MiB; beyond it the thread ends, and this process does not. @default no limit */
  readonly memoryMostMib?: number;
  /** @default the machine's own */
  readonly clock?: Clock;
}

/**
 * Starts workers that are threads. They are quicker to ask than a process and share its fate: a crash
 * of native code in one ends all.
 */
export function threadWorkerFactory(options: ThreadWorkerOptions): WorkerFactory {
  return {
    address: `thread ${String(options.module)}`,
    start: (log) => new ThreadWorker(options, log),
  };
}

class ThreadWorker implements WorkerBody {
  readonly channel: PortChannel;
  readonly ended: Promise<WorkerEnd>;
  readonly #worker: Worker;
  readonly #clock: Clock;

  constructor(options: ThreadWorkerOptions, log: WorkerLog) {
    const { module, data, memoryMostMib, clock = systemClock } = options;
    this.#clock = clock;
    const thread: WorkerOptions = { stdin: false, stdout: true, stderr: true, workerData: data };
    if (memoryMostMib !== undefined) {
      thread.resourceLimits = { maxOldGenerationSizeMb: heapLimitMib(memoryMostMib) };
    }
    this.#worker = new Worker(module, thread);
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) follow(stream, log, clock);
    this.channel = new PortChannel(this.#worker);
    this.ended = this.#end(log, memoryMostMib);
  }

  async kill(politeMs: number): Promise<void> {
    if (politeMs > 0) {
      // What a process hears as SIGTERM.
      this.channel.post({ kind: 'notification', method: '$/drain', params: {} });
      await this.channel.flushed();
      if (await endsWithin(this.ended, politeMs, this.#clock)) return;
    }
    void this.#worker.terminate();
    await endsWithin(this.ended, forcedMs, this.#clock);
  }

  async #end(log: WorkerLog, memoryMostMib: number | undefined): Promise<WorkerEnd> {
    const exited = Promise.withResolvers<WorkerEnd>();
    let reason: string | undefined;
    using stack = new DisposableStack();
    if (memoryMostMib !== undefined) {
      const exceeded = (): void => {
        reason = `it took more memory than the ${memoryMostMib} MiB that it may`;
      };
      stack.use(new HeapWatch(this.#worker, memoryMostMib, this.#clock, exceeded));
    }
    this.#worker.once('error', (error: unknown) => {
      const { message } = asSignalboxError(error);
      reason = `it failed: ${message.slice(0, logLineLengthMost)}`;
      const { stack } = error instanceof Error ? error : {};
      log('error', (stack ?? message).slice(0, logLineLengthMost));
    });
    this.#worker.once('exit', (code) =>
      exited.resolve({ code, signal: null, reason: reason ?? `it ended with exit code ${code}` }),
    );
    return await exited.promise;
  }
}

function follow(stream: Readable, log: WorkerLog, clock: Clock): void {
  const lines = new LogLines(log, clock);
  stream.on('data', (bytes: Uint8Array) => lines.write(bytes));
  stream.on('end', () => lines.end());
}
