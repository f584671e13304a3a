import type { Instrument } from '../instruments/index.ts';
import { onAbort } from '../kernel/index.ts';
import type { Clock, Owner, Timer } from '../kernel/index.ts';
import type { Lease } from '../ports/index.ts';
import type { Step } from './job.ts';

/** A run waits so long in line for each of its instruments. */
export const leaseWaitMs = 60_000;
/** A hold ends by itself after so long; a run that goes on renews it before. */
const leaseHoldMs = 60_000;
const renewEveryMs = 20_000;

/** The instruments that a run holds for itself. */
export class RunLeases implements AsyncDisposable {
  readonly #leases = new Map<string, Lease>();
  readonly #clock: Clock;
  readonly #listeners = new DisposableStack();
  #timer: Timer | undefined;

  private constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes all instruments of some steps, always in the order of their names.
   * @param lost told when a hold ended before the run
   * @throws what the port throws: WAIT_TIMEOUT, DEADLOCK, CANCELLED
   */
  static async take(
    steps: readonly Step[],
    instrument: (name: string) => Instrument,
    {
      by,
      clock,
      signal,
      lost,
    }: {
      readonly by: Owner;
      readonly clock: Clock;
      readonly signal: AbortSignal;
      readonly lost: (reason: unknown) => void;
    },
  ): Promise<RunLeases> {
    const taken = new RunLeases(clock);
    const names = new Set(steps.flatMap((step) => ('instrument' in step ? [step.instrument] : [])));
    try {
      for (const name of [...names].toSorted()) {
        const wish = { by, waitMs: leaseWaitMs, holdMs: leaseHoldMs, signal };
        const lease = await instrument(name).lease(wish);
        taken.#leases.set(name, lease);
        taken.#listeners.use(onAbort(lease.lost, () => lost(lease.lost.reason)));
      }
    } catch (error) {
      await taken[Symbol.asyncDispose]();
      throw error;
    }
    taken.#renewLater();
    return taken;
  }

  of(instrument: string): Lease | undefined {
    return this.#leases.get(instrument);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#listeners.dispose();
    await Promise.all(this.#leases.values().map(async (lease) => await lease.release()));
  }

  #renewLater(): void {
    this.#timer = this.#clock.schedule(renewEveryMs, () => {
      for (const lease of this.#leases.values()) {
        try {
          lease.renew();
        } catch {
          // At its limit, or lost: its own end tells the run.
        }
      }
      this.#renewLater();
    });
  }
}
