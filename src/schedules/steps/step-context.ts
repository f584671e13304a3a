import type { Instrument } from '../../instruments/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Lease } from '../../ports/index.ts';
import type { RingStep } from '../job.ts';

/** What a step does its work with. */
export interface StepContext {
  readonly clock: Clock;
  readonly by: Owner;
  readonly priority: 'interactive' | 'poll';
  /** @throws NOT_FOUND */
  instrument(name: string): Instrument;
  /** The hold of the run on an instrument, where it has one. */
  lease(instrument: string): Lease | undefined;
  /** Tells people something. */
  notify(level: 'info' | 'warn', message: string): void;
  /** Lets an alarm ring. */
  ring(step: RingStep): Promise<string>;
  /** Ends with the run. */
  readonly signal: AbortSignal;
}

/** What came of a step. */
export interface StepResult {
  /** In words: what was read or done. */
  readonly text?: string;
  /** Whether the rest of the run is not needed. */
  readonly isOver?: boolean;
}
