import type { Worker } from 'node:worker_threads';
import { SignalboxError } from '../kernel/index.ts';
import type { SimulatorCommand } from './definition.ts';
import type { ThreadAnswer, ThreadRequest } from './simulator-thread.ts';

/** Sends commands to the thread of a simulator. When the thread ends, so does every wait for it. */
export class ThreadCaller {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #ready: PromiseWithResolvers<string> = Promise.withResolvers();
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers();
  #ended: SignalboxError | undefined;
  #ids = 0;

  constructor(thread: Worker) {
    this.#thread = thread;
    // Who asks only later learns of a failure then.
    this.#ready.promise.catch(() => {});
    thread.on('message', (answer: ThreadAnswer) => this.#take(answer));
    thread.on('error', (cause) => {
      this.#end(new SignalboxError('INTERNAL', 'the thread of a simulator failed', { cause }));
    });
    thread.on('exit', () => {
      this.#end(new SignalboxError('CLOSED', 'the simulator has stopped'));
      this.#gone.resolve();
    });
  }

  /** The address of the simulator, once it can be reached. */
  async ready(): Promise<string> {
    return await this.#ready.promise;
  }

  /** @throws CLOSED when the simulator has stopped, and what it throws */
  async call(command: SimulatorCommand): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#ids;
    this.#ids += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#thread.postMessage({ id, command } satisfies ThreadRequest);
    return await answer.promise;
  }

  /** Stops the simulator and waits until its thread has ended. May be called twice. */
  async stop(): Promise<void> {
    // A thread that failed meanwhile has stopped as well.
    await this.call({ kind: 'stop' }).catch(() => {});
    await this.#gone.promise;
  }

  #take(answer: ThreadAnswer): void {
    switch (answer.kind) {
      case 'ready':
        this.#ready.resolve(answer.address);
        return;
      case 'failed':
        this.#end(SignalboxError.fromReport(answer.error));
        return;
      case 'answer':
        this.#waiting.get(answer.id)?.resolve(answer.result);
        break;
      case 'refusal':
        this.#waiting.get(answer.id)?.reject(SignalboxError.fromReport(answer.error));
        break;
    }
    this.#waiting.delete(answer.id);
  }

  #end(error: SignalboxError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#ready.reject(error);
    for (const each of this.#waiting.values()) each.reject(error);
    this.#waiting.clear();
  }
}
