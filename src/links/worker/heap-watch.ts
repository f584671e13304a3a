import type { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../kernel/index.ts';

const mebibyte = 1_048_576;
/** How often the memory of a thread is looked at, in ms: it grows by some 10 MiB meanwhile. */
const lookEveryMs = 50;
/**
 * V8 has a limit of its own, at which it may end the whole process instead of the thread (3 of 40 threads
 * that allocated without end on a busy machine did): it is so many times the one that is kept here.
 */
const reserveFactor = 4;

/** The limit of V8 behind one of ours. */
export function heapLimitMib(memoryMostMib: number): number {
  return memoryMostMib * reserveFactor;
}

/** Ends a thread that takes more memory than it may, before V8 has to. */
export class HeapWatch implements Disposable {
  readonly #worker: Worker;
  readonly #bytesMost: number;
  readonly #exceeded: () => void;
  readonly #clock: Clock;
  #timer: Timer;
  #isOver = false;

  /** @param exceeded called once, before the thread is ended */
  constructor(worker: Worker, memoryMostMib: number, clock: Clock, exceeded: () => void) {
    this.#worker = worker;
    this.#bytesMost = memoryMostMib * mebibyte;
    this.#clock = clock;
    this.#exceeded = exceeded;
    this.#timer = clock.schedule(lookEveryMs, this.#look);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer.cancel();
  }

  readonly #look = (): void => {
    this.#worker.getHeapStatistics().then(
      ({ used_heap_size: heap, external_memory: beside }) => {
        if (this.#isOver) return;
        if (heap + beside <= this.#bytesMost) {
          this.#timer = this.#clock.schedule(lookEveryMs, this.#look);
          return;
        }
        this[Symbol.dispose]();
        this.#exceeded();
        void this.#worker.terminate();
      },
      // It has ended.
      () => this[Symbol.dispose](),
    );
  };
}
