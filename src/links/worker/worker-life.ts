import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { endsWithin } from './ends-within.ts';
import { LogLines } from './log-lines.ts';
import type { StrayReply } from './rpc/call-options.ts';
import { RpcPeer } from './rpc/rpc-peer.ts';
import type { RpcHandler } from './rpc/incoming-calls.ts';
import type { WorkerBody, WorkerEnd, WorkerFactory } from './worker-body.ts';
import { logLevelOf } from './worker-log.ts';
import type { WorkerLog } from './worker-log.ts';
import { readIntroduction } from './worker-introduction.ts';
import type { WorkerIntroduction } from './worker-introduction.ts';

/** What one life of a worker needs. */
export interface WorkerLifeOptions {
  readonly factory: WorkerFactory;
  readonly name: string;
  readonly clock: Clock;
  readonly log: WorkerLog;
  readonly readyMs: number;
  readonly callsMost?: number;
  readonly handler?: RpcHandler;
  readonly onEvent: (name: string, data: unknown) => void;
  readonly onStray: (stray: StrayReply) => void;
}

/** So long after its pipes closed a worker may take to end by itself. */
const endAfterPipesMs = 250;
/** A line that is no message is quoted in the log so often; then they are only counted. */
const malformedToldMost = 20;

/** One life of a worker: its body, what is said to it, and how it came to its end. */
export class WorkerLife {
  readonly peer: RpcPeer;
  readonly body: WorkerBody;
  /** What it says when it is ready; rejects when it ends, or is not ready in time. Never unhandled. */
  readonly ready: Promise<WorkerIntroduction>;
  /** Resolves when it has ended. Never rejects. */
  readonly ended: Promise<WorkerEnd>;
  readonly #options: WorkerLifeOptions;
  readonly #ready = Promise.withResolvers<WorkerIntroduction>();
  /** Even force has not ended it. */
  readonly #stuck = Promise.withResolvers<WorkerEnd>();
  /** What it says as messages is bounded as what it writes to standard error is. */
  readonly #lines: LogLines;
  #malformedTold = 0;
  #brokenWith: string | undefined;

  constructor(options: WorkerLifeOptions) {
    this.#options = options;
    const { factory, name, clock, log, readyMs, callsMost, handler } = options;
    this.#lines = new LogLines(log, clock);
    this.body = factory.start(log);
    this.ready = this.#ready.promise;
    this.ready.catch(() => {});
    this.peer = new RpcPeer({
      channel: this.body.channel,
      name,
      clock,
      ...(callsMost === undefined ? {} : { callsMost }),
      ...(handler === undefined ? {} : { handler }),
      onNotification: (method, params) => this.#hear(method, params),
      onStray: options.onStray,
      onMalformed: ({ fault, excerpt }) => {
        this.#malformedTold += 1;
        if (this.#malformedTold <= malformedToldMost)
          log('warn', `no message (${fault}): ${excerpt}`);
      },
      onGone: (reason, isBroken) => void (isBroken ? this.#break(reason) : this.#closed(reason)),
    });
    this.ended = this.#end();
    void this.#awaitReady(readyMs);
  }

  /** Ends it: politely, where it is given time, then by force. Never rejects. */
  async kill(politeMs: number): Promise<void> {
    await this.body.kill(politeMs);
    const reason = 'it did not end, even by force';
    this.#stuck.resolve({ code: null, signal: null, reason });
    await this.ended;
  }

  async #end(): Promise<WorkerEnd> {
    const end = await Promise.race([this.body.ended, this.#stuck.promise]);
    const reason = this.#brokenWith ?? end.reason;
    this.peer.end(reason);
    this.#lines.end();
    this.#ready.reject(this.#failure(reason));
    return { ...end, reason };
  }

  async #awaitReady(readyMs: number): Promise<void> {
    const settled = this.ready.then(
      () => {},
      () => {},
    );
    if (await endsWithin(settled, readyMs, this.#options.clock)) return;
    await this.#break(`it was not ready within ${readyMs} ms`);
  }

  /** It does not keep to the protocol: it is ended at once. */
  async #break(reason: string): Promise<void> {
    this.#brokenWith ??= reason;
    await this.kill(0);
  }

  /** Mostly its pipes close because it ends: then how it ended says more. */
  async #closed(reason: string): Promise<void> {
    const isOver = await endsWithin(this.body.ended, endAfterPipesMs, this.#options.clock);
    if (!isOver) await this.#break(reason);
  }

  #failure(reason: string): SignalboxError {
    return new SignalboxError(
      'WORKER_UNAVAILABLE',
      `${this.#options.name} is not ready: ${reason}`,
    );
  }

  #hear(method: string, params: unknown): void {
    const { name, data, level, message } = (params ?? {}) as Readonly<Record<string, unknown>>;
    switch (method) {
      case '$/ready':
        this.#introduce(params);
        break;
      case '$/event':
        if (typeof name === 'string') this.#options.onEvent(name, data);
        else this.#lines.line('warn', 'an event that has no name');
        break;
      case '$/log':
        if (typeof message === 'string') this.#lines.line(logLevelOf(level), message);
        else this.#lines.line('warn', 'a line for the log that is no text');
        break;
      default:
        this.#lines.line('warn', `a notification that nobody knows: ${method.slice(0, 100)}`);
    }
  }

  #introduce(params: unknown): void {
    try {
      this.#ready.resolve(readIntroduction(params, this.#options.name));
    } catch (error) {
      this.#ready.reject(error);
      void this.#break((error as Error).message);
    }
  }
}
