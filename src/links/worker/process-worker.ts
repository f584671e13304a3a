import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { endsWithin } from './ends-within.ts';
import { launchScript } from './launch-script.ts';
import { LogLines } from './log-lines.ts';
import { streamSource } from './rpc/byte-source.ts';
import { StreamChannel } from './rpc/stream-channel.ts';
import { forcedMs } from './worker-body.ts';
import type { WorkerBody, WorkerEnd, WorkerFactory } from './worker-body.ts';
import type { WorkerLog } from './worker-log.ts';

/** A worker that is a process, in any language. */
export interface ProcessWorkerOptions {
  /** The program and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** @default that of this process */
  readonly workingFolder?: string;
  /** Its whole environment. @default that of this process */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * How much memory it, and each process that it starts, may take for data, in MiB: what it asks for
   * beyond that it does not get. @default no limit
   */
  readonly memoryMostMib?: number;
  /** @default the machine's own */
  readonly clock?: Clock;
}

/** A worker written for Node that is a process. */
export interface NodeProcessWorkerOptions extends Omit<
  ProcessWorkerOptions,
  'command' | 'memoryMostMib'
> {
  /** The path of its module. */
  readonly module: string;
  readonly args?: readonly string[];
  /**
   * How much memory its JavaScript may take, in MiB; all that it takes for data may be
   * {@link nodeDataMib} more, of which Node itself reserves about half. @default no limit but Node's
   */
  readonly memoryMostMib?: number;
  /** Options of Node itself, such as `--max-old-space-size=256`. */
  readonly nodeOptions?: readonly string[];
}

/** Beside its JavaScript, a process of Node may take so much memory for data, in MiB. */
export const nodeDataMib = 1_024;

/** After its main process has ended, its pipes may be held open by what it left for so long. */
const restMs = 1_000;

/**
 * Starts workers that are processes. Each is the leader of its own group, which is ended as a whole,
 * and which ends when this process does, however it ends. Needs a POSIX shell.
 */
export function processWorkerFactory(options: ProcessWorkerOptions): WorkerFactory {
  const { memoryMostMib } = options;
  if (memoryMostMib !== undefined && !(memoryMostMib >= 1)) {
    const text = `memoryMostMib is ${memoryMostMib}; it must be 1 or more`;
    throw new SignalboxError('BAD_ARGUMENT', text);
  }
  return {
    address: options.command.join(' '),
    start: (log) => new ProcessWorker(options, log),
  };
}

/** Starts workers that are processes of the Node that runs this one. */
export function nodeProcessWorkerFactory(options: NodeProcessWorkerOptions): WorkerFactory {
  const { module, args = [], nodeOptions = [], memoryMostMib, ...rest } = options;
  if (memoryMostMib === undefined) {
    const command = [process.execPath, ...nodeOptions, module, ...args] as const;
    return processWorkerFactory({ ...rest, command: [...command] });
  }
  const limit = `--max-old-space-size=${Math.ceil(memoryMostMib)}`;
  return processWorkerFactory({
    ...rest,
    command: [process.execPath, limit, ...nodeOptions, module, ...args],
    memoryMostMib: memoryMostMib + nodeDataMib,
  });
}

class ProcessWorker implements WorkerBody {
  readonly channel: StreamChannel;
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;
  readonly #guard: Writable;
  readonly #clock: Clock;
  #hasExited = false;

  constructor(options: ProcessWorkerOptions, log: WorkerLog) {
    const limit =
      options.memoryMostMib === undefined ? '-' : String(Math.ceil(options.memoryMostMib * 1_024));
    this.#clock = options.clock ?? systemClock;
    this.#child = spawn('/bin/sh', ['-c', launchScript, 'worker', limit, ...options.command], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      // A group, and a session, of its own: the terminal's ^C is not for it.
      detached: true,
      ...(options.workingFolder === undefined ? {} : { cwd: options.workingFolder }),
      ...(options.environment === undefined ? {} : { env: options.environment }),
    });
    const [input, output, errors, guard] = this.#child.stdio as unknown as [
      Writable,
      Readable,
      Readable,
      Writable,
    ];
    this.#guard = guard;
    guard.on('error', () => {});
    const lines = new LogLines(log, this.#clock);
    errors.on('data', (bytes: Uint8Array) => lines.write(bytes));
    errors.on('error', () => {});
    errors.on('end', () => lines.end());
    this.channel = new StreamChannel(streamSource(output), input);
    this.ended = this.#end();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async kill(politeMs: number): Promise<void> {
    if (politeMs > 0) {
      this.#signal('SIGTERM');
      await endsWithin(this.ended, politeMs, this.#clock);
    }
    this.#signal('SIGKILL');
    await endsWithin(this.ended, forcedMs, this.#clock);
  }

  /** To the whole group. Not after its leader has ended: then the guard ends what is left. */
  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#hasExited) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended in this moment.
    }
  }

  async #end(): Promise<WorkerEnd> {
    const exited = Promise.withResolvers<WorkerEnd>();
    const closed = Promise.withResolvers<void>();
    this.#child.once('error', (error) =>
      exited.resolve({ code: null, signal: null, reason: `it did not start: ${error.message}` }),
    );
    this.#child.once('exit', (code, signal) => exited.resolve(endOf(code, signal)));
    this.#child.once('close', () => closed.resolve());
    const end = await exited.promise;
    this.#hasExited = true;
    this.#guard.destroy();
    await endsWithin(closed.promise, restMs, this.#clock);
    for (const stream of this.#child.stdio) stream?.destroy();
    return end;
  }
}

function endOf(code: number | null, signal: string | null): WorkerEnd {
  const reason =
    signal !== null
      ? `it was ended by ${signal}`
      : code === 127
        ? 'its program was not found (exit code 127)'
        : `it ended with exit code ${code}`;
  return { code, signal, reason };
}
