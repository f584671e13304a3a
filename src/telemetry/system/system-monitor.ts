import { given, Emitter, RingBuffer } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import { EventLoopDelay } from './event-loop-delay.ts';
import { openFiles } from './open-files.ts';
import type { ClockStep, SystemCounts, SystemSample } from './system-sample.ts';

/** How often the process is looked at. */
export const sampleEveryMs = 2_000;
/** For how long samples are kept, and so how many: an hour. */
export const sampledForMs = 3_600_000;
/** A clock that is off by more than before was set; less is what a time server corrects. */
export const clockStepLeastMs = 1_000;
/** So many steps of the clock are kept. */
export const clockStepsMost = 20;

const microsecondsPerMs = 1_000;

export interface SystemMonitorOptions {
  readonly clock: Clock;
  /** What the gateway has now. */
  readonly counts: () => SystemCounts;
}

/** What a monitor publishes. */
export interface SystemEvents {
  /** Every {@link sampleEveryMs}. */
  sampled: SystemSample;
  clockStepped: ClockStep;
}

/** What a sample is told from, as against the one before. */
interface Look {
  readonly monotonicMs: number;
  /** That the process has taken so far. */
  readonly cpuMs: number;
  /** By how much the clock of the machine is ahead of the monotonic one. */
  readonly offsetMs: number;
}

/**
 * How the process stands, now and over the last hour. It looks all the time, not only when somebody
 * asks: what led to a trouble is asked for afterwards, and it costs some 1 % of a core in an idle process.
 */
export class SystemMonitor implements Disposable {
  readonly events: Emitter<SystemEvents> = new Emitter<SystemEvents>();
  readonly #clock: Clock;
  readonly #counts: () => SystemCounts;
  readonly #history = new RingBuffer<SystemSample>(sampledForMs / sampleEveryMs);
  readonly #steps = new RingBuffer<ClockStep>(clockStepsMost);
  #delay: EventLoopDelay | undefined;
  #timer: Timer | undefined;
  #stepsTotal = 0;
  #latest: SystemSample;
  #before: Look;

  constructor({ clock, counts }: SystemMonitorOptions) {
    this.#clock = clock;
    this.#counts = counts;
    this.#before = this.#look();
    this.#latest = this.#sample();
  }

  /** Begins to look; until then {@link latest} is of when it was made. */
  start(): void {
    if (this.#delay !== undefined) return;
    this.#delay = new EventLoopDelay();
    this.#before = this.#look();
    this.#later();
  }

  /** The newest sample. */
  latest(): SystemSample {
    return this.#latest;
  }

  /** Oldest first, of the last {@link sampledForMs}. */
  history(): SystemSample[] {
    return [...this.#history];
  }

  /** Oldest first, of the last so many. */
  clockSteps(): ClockStep[] {
    return [...this.#steps];
  }

  /** How many there were since the start. */
  get clockStepsTotal(): number {
    return this.#stepsTotal;
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#delay?.[Symbol.dispose]();
  }

  #later(): void {
    this.#timer = this.#clock.schedule(sampleEveryMs, () => {
      this.#later();
      this.#latest = this.#sample();
      this.#history.push(this.#latest);
      this.events.emit('sampled', this.#latest);
    });
  }

  #look(): Look {
    const monotonicMs = this.#clock.monotonic();
    const { user, system } = process.cpuUsage();
    return {
      monotonicMs,
      cpuMs: (user + system) / microsecondsPerMs,
      offsetMs: this.#clock.now() - monotonicMs,
    };
  }

  #sample(): SystemSample {
    const before = this.#before;
    const now = this.#look();
    this.#before = now;
    const passedMs = now.monotonicMs - before.monotonicMs;
    const stepMs = now.offsetMs - before.offsetMs;
    if (Math.abs(stepMs) >= clockStepLeastMs) this.#stepped(Math.round(stepMs));
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    return Object.freeze({
      atMs: this.#clock.now(),
      uptimeMs: Math.round(process.uptime() * 1_000),
      cpuShare: passedMs > 0 ? Math.max(0, (now.cpuMs - before.cpuMs) / passedMs) : 0,
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      externalBytes: external,
      eventLoopDelay: this.#delay?.take() ?? { p50Ms: 0, p99Ms: 0, longestMs: 0 },
      ...given({ openFiles: openFiles() }),
      ...this.#counts(),
    });
  }

  #stepped(byMs: number): void {
    const step = { atMs: this.#clock.now(), byMs };
    this.#stepsTotal += 1;
    this.#steps.push(step);
    this.events.emit('clockStepped', step);
  }
}
