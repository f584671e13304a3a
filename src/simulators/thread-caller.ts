import type { Worker } from 'node:worker_threads';
import { SignalboxError, systemClock } from '../kernel/index.ts';
import type { SimulatorCommand } from './definition.ts';
import type { ThreadAnswer, ThreadRequest } from './simulator-thread.ts';

/** How long a simulator may take to carry out a command; then it is taken to hang. */
export const simulatorCommandLongestMs = 10_000;
/** How long it may take to stop in order; then its thread is ended by force. */
export const simulatorStopLongestMs = 5_000;

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
      const message = `the thread of a simulator failed: ${String(cause)}`;
      this.#end(new SignalboxError('INTERNAL', message, { cause }));
    });
    thread.on('exit', () => {
      this.#end(new SignalboxError('CLOSED', 'the simulator has stopped'));
      this.#gone.resolve();
    });
  }

  /**
   * The address of the simulator, once it can be reached.
   * @throws LINK_TIMEOUT when it is not within this time, and what a simulator throws when it starts
   */
  async ready(timeoutMs: number): Promise<string> {
    const timer = systemClock.schedule(timeoutMs, () => {
      this.#end(
        new SignalboxError('LINK_TIMEOUT', `the simulator had not started after ${timeoutMs} ms`, {
          details: { timeoutMs },
          nextStep: 'Try again when the machine has less to do, or give it longer to start.',
        }),
      );
    });
    try {
      return await this.#ready.promise;
    } finally {
      timer.cancel();
    }
  }

  /**
   * @throws CLOSED when the simulator has stopped, LINK_TIMEOUT when it hangs, and what it throws
   */
  async call(command: SimulatorCommand): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended;
    const { id, answer } = this.#send(command);
    const timer = systemClock.schedule(simulatorCommandLongestMs, () => {
      this.#waiting.delete(id);
      const message = `the simulator did not do '${command.kind}' within ${simulatorCommandLongestMs} ms`;
      answer.reject(new SignalboxError('LINK_TIMEOUT', message));
    });
    try {
      return await answer.promise;
    } finally {
      timer.cancel();
    }
  }

  /**
   * Stops the simulator, also one that has not started yet, and waits until its thread has ended, or
   * was told to by force. May be called twice.
   */
  async stop(): Promise<void> {
    const timer = systemClock.schedule(simulatorStopLongestMs, () => {
      void this.#thread.terminate();
      // Not waited for: a thread that hangs inside the system does not end even so.
      this.#gone.resolve();
    });
    // A thread that has ended meanwhile takes no message, and one that hangs does not answer.
    this.#send({ kind: 'stop' }).answer.promise.catch(() => {});
    await this.#gone.promise;
    timer.cancel();
  }

  #send(command: SimulatorCommand): { id: number; answer: PromiseWithResolvers<unknown> } {
    const id = this.#ids;
    this.#ids += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#thread.postMessage({ id, command } satisfies ThreadRequest);
    return { id, answer };
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
