import { isSignalboxError, SignalboxError } from '../kernel/index.ts';
import type { ErrorCode } from '../kernel/index.ts';

/** How often a request that is safe to repeat is sent again when its reply is lost. */
export interface RetryBudget {
  /** Repetitions after the first attempt. @default 2 */
  readonly most: number;
  /** The pause before each repetition; the last one holds for all further. @default 100, 200, 300 */
  readonly delaysMs: readonly number[];
}

export const defaultRetryBudget: RetryBudget = { most: 2, delaysMs: [100, 200, 300] };

/** One attempt that failed. */
export interface FailedAttempt {
  readonly code: ErrorCode;
  readonly message: string;
  readonly atMs: number;
}

const transientCodes: readonly ErrorCode[] = [
  'INSTRUMENT_TIMEOUT',
  'REPLY_MALFORMED',
  'LINK_USB',
  'LINK_COMMUNICATION',
  'LINK_PROTOCOL',
  'LINK_TIMEOUT',
  'WORKER_LOST',
  'WORKER_UNAVAILABLE',
];

/** Whether the same request may succeed when it is sent again. */
export function isTransient(error: SignalboxError): boolean {
  return transientCodes.includes(error.code) || error.details['transient'] === true;
}

/** The pause before the repetition that follows the given number of failed attempts. */
export function retryDelayMs(budget: RetryBudget, failedAttempts: number): number {
  return budget.delaysMs[Math.min(failedAttempts, budget.delaysMs.length) - 1] ?? 0;
}

/** One error for all attempts: that of the last, which lists the others. */
export function attemptsError(
  label: string,
  last: SignalboxError,
  attempts: readonly FailedAttempt[],
): SignalboxError {
  if (attempts.length < 2) return last;
  const list = attempts.map(({ message }, index) => `${index + 1}. ${message}`).join('; ');
  return new SignalboxError(last.code, `${label} failed ${attempts.length} times: ${list}`, {
    details: { ...last.details, attempts },
    nextStep: last.nextStep,
    cause: isSignalboxError(last.cause) ? last.cause : last,
  });
}
