import type { Instrument } from '../instruments/index.ts';
import { onAbort } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { Lease } from '../ports/index.ts';
import type { Step } from './job.ts';
import { longestMs } from './run-plan.ts';

/** A run waits so long in line for each of its instruments. */
export const leaseWaitMs = 60_000;
/** What a run may take longer than its steps do. */
const marginMs = 60_000;

/** The instruments that a run holds for itself. */
export class RunLeases implements AsyncDisposable {
  readonly #leases = new Map<string, Lease>();
  readonly #listeners = new DisposableStack();

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
      signal,
      lost,
    }: {
      readonly by: Owner;
      readonly signal: AbortSignal;
      readonly lost: (reason: unknown) => void;
    },
  ): Promise<RunLeases> {
    const taken = new RunLeases();
    const names = new Set(steps.flatMap((step) => ('instrument' in step ? [step.instrument] : [])));
    // Not to be renewed on the way: whoever waits would end it then, in the middle.
    const holdMs = longestMs(steps) + names.size * leaseWaitMs + marginMs;
    try {
      for (const name of [...names].toSorted()) {
        const wish = { by, waitMs: leaseWaitMs, holdMs, signal };
        const lease = await instrument(name).lease(wish);
        taken.#leases.set(name, lease);
        taken.#listeners.use(onAbort(lease.lost, () => lost(lease.lost.reason)));
      }
    } catch (error) {
      await taken[Symbol.asyncDispose]();
      throw error;
    }
    return taken;
  }

  of(instrument: string): Lease | undefined {
    return this.#leases.get(instrument);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.dispose();
    await Promise.all(this.#leases.values().map(async (lease) => await lease.release()));
  }
}
