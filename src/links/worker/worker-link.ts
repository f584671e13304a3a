import { onAbort, SignalboxError } from '../../kernel/index.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import type { SharedWorker } from './shared-worker.ts';
import type { WorkerIntroduction } from './worker-introduction.ts';

/** Longer than any call through a port may take, which ends it itself; in ms. */
const callMsMost = 3_600_000;

/**
 * One line to a worker that others may have lines to as well. It carries calls, and no bytes. It opens
 * when the worker is ready, and breaks when that ends.
 */
class WorkerLink implements Link {
  readonly address: string;
  readonly kind = 'message';
  readonly #shared: SharedWorker;
  readonly #broken = Promise.withResolvers<never>();
  readonly #leave = new DisposableStack();
  #isInside = false;
  #failure: SignalboxError | undefined;
  #closing: Promise<void> | undefined;

  constructor(shared: SharedWorker, address: string) {
    this.#shared = shared;
    this.address = address;
    this.#broken.promise.catch(() => {});
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.#shared.enter(signal);
    this.#isInside = true;
    const { worker } = this.#shared;
    this.#leave.use(
      worker.on('state', ({ state, reason = state }) => {
        if (state !== 'ready') this.#break(`worker ${worker.name} is gone: ${reason}`);
      }),
    );
    // It may have ended between being ready and this.
    if (worker.state !== 'ready') throw this.#unavailable();
  }

  async write(): Promise<void> {
    const text = `a worker takes calls and no bytes: ${this.address}`;
    return await Promise.reject(new SignalboxError('INSTRUMENT_ERROR', text));
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    using _given = onAbort(signal, () => this.#broken.reject(signal.reason));
    return await this.#broken.promise;
  }

  async call(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const { worker } = this.#shared;
    if (this.#failure !== undefined || worker.state !== 'ready') throw this.#unavailable();
    return await worker.call(method, params, { signal, timeoutMs: callMsMost });
  }

  async introduction(): Promise<WorkerIntroduction> {
    const { introduction } = this.#shared.worker.status;
    return introduction ?? (await Promise.reject(this.#unavailable()));
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#leave.dispose();
    this.#broken.reject(new SignalboxError('CLOSED', `${this.address} was closed`));
    if (!this.#isInside) return;
    const isWell = this.#failure === undefined && this.#shared.worker.state === 'ready';
    await this.#shared.leave(isWell ? 'is done' : 'recovers');
  }

  /** What was sent and not answered by now is lost. */
  #break(reason: string): void {
    this.#failure ??= new SignalboxError('WORKER_LOST', reason, {
      details: { worker: this.#shared.name },
    });
    this.#broken.reject(this.#failure);
  }

  #unavailable(): SignalboxError {
    const { name, state, reason = state } = this.#shared.worker.status;
    return new SignalboxError('WORKER_UNAVAILABLE', `worker ${name} is not ready: ${reason}`, {
      details: { worker: name, isSent: false },
    });
  }
}

/** Makes lines to one worker: any number, each for a port of its own. */
export function workerLinkFactory(shared: SharedWorker): LinkFactory {
  const address = `worker ${shared.name}`;
  return { address, kind: 'message', create: () => new WorkerLink(shared, address) };
}
