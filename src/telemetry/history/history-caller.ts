import { Worker } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';
import { cancellationError, onAbort, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { SetAside } from '../database/set-aside.ts';
import type {
  FromHistoryThread,
  HistoryCommand,
  HistoryThreadData,
  ToHistoryThread,
} from './history-thread.ts';

/** Source and built code have the same name but for its end. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './history-thread.ts' : './history-thread.js',
  import.meta.url,
);
/** So many commands may be under way in one thread; one more is refused. */
export const historyCommandsMost = 256;
/** How long a thread may take to close its file; then it is ended by force. */
export const historyCloseLongestMs = 5_000;

/** Sends commands to one thread of a history file. It is started by the first one, also after a crash. */
export class HistoryCaller {
  readonly #data: HistoryThreadData;
  readonly #setAside: SetAside;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #thread: Worker | undefined;
  #ids = 0;
  #starts = 0;
  #isClosed = false;

  constructor(data: HistoryThreadData, setAside: SetAside) {
    this.#data = data;
    this.#setAside = setAside;
  }

  /** How many times the thread was started: one that was started again knows nothing of before. */
  get starts(): number {
    return this.#starts;
  }

  /** Its file was set aside: what it has open is no longer the one of that name. */
  reopen(): void {
    if (this.#thread === undefined || this.#isClosed) return;
    // One that it cannot close any more is closed with the thread.
    this.call({ kind: 'reopen' }).catch(() => {});
  }

  /** Starts the thread if there is none. @throws CLOSED */
  start(): Worker {
    if (this.#isClosed) throw new SignalboxError('CLOSED', 'the history was closed');
    if (this.#thread !== undefined) return this.#thread;
    const thread = new Worker(entry, {
      workerData: this.#data,
      name: `history-${this.#data.role}`,
    });
    this.#thread = thread;
    this.#starts += 1;
    thread.on('message', (message: FromHistoryThread) => this.#take(message));
    thread.on('error', (cause) => {
      const text = `the thread of ${this.#data.path} failed: ${String(cause)}`;
      this.#end(thread, new SignalboxError('DATABASE_FAILED', text, { cause }));
    });
    thread.on('exit', () => {
      const text = `the thread of ${this.#data.path} has ended`;
      this.#end(thread, new SignalboxError('DATABASE_FAILED', text));
    });
    return thread;
  }

  /** @throws CLOSED, QUEUE_FULL, CANCELLED, DATABASE_FAILED when the thread ends, and what it throws */
  async call(
    command: HistoryCommand,
    options: { readonly signal?: AbortSignal | undefined; readonly transfer?: Transferable[] } = {},
  ): Promise<unknown> {
    const { signal, transfer = [] } = options;
    if (signal?.aborted === true) throw cancellationError(signal, 'a query');
    if (this.#waiting.size >= historyCommandsMost) {
      const text = `${historyCommandsMost} queries of ${this.#data.path} are under way`;
      throw new SignalboxError('QUEUE_FULL', text, { details: { most: historyCommandsMost } });
    }
    const thread = this.start();
    const id = this.#ids;
    this.#ids += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    using _listener = onAbort(signal, () => {
      if (signal !== undefined) answer.reject(cancellationError(signal, 'a query'));
      // It stays in line until the thread has done with it.
      this.#thread?.postMessage({ cancel: id } satisfies ToHistoryThread);
    });
    thread.postMessage({ id, command } satisfies ToHistoryThread, transfer);
    return await answer.promise;
  }

  /** Ends the thread now, whatever it does. */
  async end(): Promise<void> {
    await this.#thread?.terminate();
  }

  /** Does what is in line, closes the file and ends the thread; by force when that takes too long. */
  async close(): Promise<void> {
    const thread = this.#thread;
    if (this.#isClosed || thread === undefined) {
      this.#isClosed = true;
      return;
    }
    const forced = Promise.withResolvers<void>();
    const timer = systemClock.schedule(historyCloseLongestMs, forced.resolve);
    const closed = this.call({ kind: 'close' }).then(
      () => {},
      () => {},
    );
    this.#isClosed = true;
    await Promise.race([closed, forced.promise]);
    timer.cancel();
    await thread.terminate();
  }

  #take(message: FromHistoryThread): void {
    switch (message.kind) {
      case 'answer':
        this.#waiting.get(message.id)?.resolve(message.result);
        break;
      case 'refusal':
        this.#waiting.get(message.id)?.reject(SignalboxError.fromReport(message.error));
        break;
      case 'set-aside':
        this.#setAside(SignalboxError.fromReport(message.error), message.movedTo);
        return;
    }
    this.#waiting.delete(message.id);
  }

  #end(thread: Worker, error: SignalboxError): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    for (const each of this.#waiting.values()) each.reject(error);
    this.#waiting.clear();
  }
}
