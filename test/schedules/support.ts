import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Timer } from '../../src/kernel/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import type { ScheduleChange, ScheduleConfig, ScheduleSource } from '../../src/schedules/index.ts';

/**
 * Where files are that a test writes a lot to: in memory where that can be, for a disk that others keep
 * busy takes its time with each claim. What a process that is killed has written is there all the same.
 */
export const memoryFolder: string = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A folder of its own for a ledger, that goes with the test. */
export class LedgerFolder implements Disposable {
  readonly path: string;
  readonly #folder: string;

  constructor(under: string = tmpdir()) {
    this.#folder = mkdtempSync(join(under, 'signalbox-schedules-'));
    this.path = join(this.#folder, 'schedules.sqlite');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A configuration in memory that can be changed, as the store of a gateway can. */
export class MemorySource implements ScheduleSource {
  readonly changes: ScheduleChange[] = [];
  /** Thrown by the next changes, one each. */
  readonly failures: Error[] = [];
  #config: ScheduleConfig;
  readonly #listeners = new Set<() => void>();

  /** @param text TOML of a whole configuration */
  constructor(text: string) {
    this.#config = parseConfig(text, 'lab.toml');
  }

  current(): ScheduleConfig {
    return this.#config;
  }

  replace(text: string): void {
    this.#config = parseConfig(text, 'lab.toml');
    this.#tell();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Whoever listened hears no more. */
  deafen(): void {
    this.#listeners.clear();
  }

  async change(change: ScheduleChange): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.changes.push(change);
    const { kind, name, enabled, lastRun } = change;
    const table = kind === 'alarm' ? 'alarms' : 'jobs';
    const before = this.#config[table][name];
    if (before === undefined) return;
    const after = { ...before, enabled, ...(lastRun === undefined ? {} : { lastRun }) };
    this.#config = { ...this.#config, [table]: { ...this.#config[table], [name]: after } };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The clock of one life of a process: its timers end with it. */
export class LifeClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  schedule(delayMs: number, run: () => void): Timer {
    if (this.#isOver) return { cancel: () => {} };
    const timer = this.#clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
    return timer;
  }

  /** From now on nothing that it scheduled happens. */
  end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) timer.cancel();
  }
}
