import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Distribution } from '../../ports/index.ts';

/**
 * How often the event loop is looked at. Each look wakes the process: every 50 ms costs about 0.6 % of a
 * core in an idle one on a virtual machine, every 20 ms more than twice that.
 */
export const loopResolutionMs = 50;

const nanosecondsPerMs = 1_000_000;

/** How long what was due waited for its turn in the event loop. */
export class EventLoopDelay implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: loopResolutionMs });

  constructor() {
    this.#histogram.enable();
  }

  /** Since it was asked last. */
  take(): Distribution {
    const { max } = this.#histogram;
    // Without one look yet the histogram gives its limits.
    const isEmpty = this.#histogram.count === 0;
    const taken = {
      p50Ms: isEmpty ? 0 : beyond(this.#histogram.percentile(50)),
      p99Ms: isEmpty ? 0 : beyond(this.#histogram.percentile(99)),
      longestMs: isEmpty ? 0 : beyond(max),
    };
    this.#histogram.reset();
    return taken;
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }
}

/** The histogram has the time between two looks; the delay is what that is longer than it should be. */
function beyond(nanoseconds: number): number {
  const ms = nanoseconds / nanosecondsPerMs - loopResolutionMs;
  return Math.max(0, Math.round(ms * 1_000) / 1_000);
}
