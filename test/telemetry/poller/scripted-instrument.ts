import type { Instrument, ManyReadings, Reading } from '../../../src/instruments/index.ts';
import { Emitter, ManualClock, SignalboxError } from '../../../src/kernel/index.ts';
import type { PortEvents } from '../../../src/ports/index.ts';

/** An instrument whose reads take as long as it is told, and come to what it is told. */
export class Stub {
  readonly events = new Emitter<PortEvents>();
  readonly begun: number[] = [];
  readonly asked: (readonly string[])[] = [];
  underWay = 0;
  mostUnderWay = 0;
  takesMs = 1;
  failure: SignalboxError | undefined;
  /** Parameters that it does not tell. */
  untold: ReadonlyMap<string, SignalboxError> = new Map();
  value = 1;
  readonly #clock: ManualClock;
  readonly name: string;

  constructor(clock: ManualClock, name = 'mfc') {
    this.#clock = clock;
    this.name = name;
  }

  get instrument(): Instrument {
    return {
      name: this.name,
      port: { name: 'bus', events: this.events },
      parameter: (name: string) => {
        if (name === 'nothing') throw new SignalboxError('NOT_FOUND', 'no such parameter');
        return { name };
      },
      readMany: async (names: readonly string[], _by: unknown, options: { signal: AbortSignal }) =>
        await this.#read(names, options.signal),
    } as unknown as Instrument;
  }

  async #read(names: readonly string[], signal: AbortSignal): Promise<ManyReadings> {
    this.begun.push(this.#clock.monotonic());
    this.asked.push(names);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(this.takesMs, resolve);
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });
    this.underWay -= 1;
    const { failure } = this;
    const reading = (): Reading => ({
      value: (this.value += 1),
      unit: 'V',
      atMs: this.#clock.now(),
    });
    return failure === undefined
      ? {
          readings: Object.fromEntries(
            names.filter((name) => !this.untold.has(name)).map((name) => [name, reading()]),
          ),
          failures: this.untold,
        }
      : { readings: {}, failures: new Map(names.map((name) => [name, failure])) };
  }
}

/** Of a machine that can sleep: then time goes on, and its timers do not. */
export class SleepyClock extends ManualClock {
  #sleptMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.#sleptMs;
  }

  sleep(ms: number): void {
    this.#sleptMs += ms;
  }
}
