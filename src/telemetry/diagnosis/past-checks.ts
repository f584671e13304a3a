import { describeOwner, duration, errorCatalogue } from '../../kernel/index.ts';
import type { ClockStep } from '../system/system-sample.ts';
import type { Check } from './check.ts';
import type { Deadlock } from './deadlock-log.ts';

/** A deadlock that was refused is told of for so long. */
export const deadlockToldForMs = 600_000;
/** A step of the clock is told of for so long. */
export const clockStepToldForMs = 3_600_000;

/** Deadlocks that were refused lately: nothing hangs by them, but a program has to be mended. */
export function checkDeadlocks(deadlocks: readonly Deadlock[], nowMs: number): Check[] {
  return deadlocks
    .filter(({ atMs }) => nowMs - atMs < deadlockToldForMs)
    .map(({ atMs, owner, resource, message }) => ({
      area: 'deadlock',
      name: resource,
      passed: false,
      isWarning: true,
      found: `refused ${describeOwner(owner)} ${duration(Math.max(0, nowMs - atMs))} ago: ${message}`,
      code: 'DEADLOCK',
      fault: errorCatalogue.DEADLOCK.fault,
      holders: [owner],
      next: errorCatalogue.DEADLOCK.nextStep,
    }));
}

/** Whether the clock was set lately: times of records and logs before and after do not go together. */
export function checkClockSteps(steps: readonly ClockStep[], nowMs: number): Check[] {
  return steps
    .filter(({ atMs }) => Math.abs(nowMs - atMs) < clockStepToldForMs)
    .map(({ atMs, byMs }) => ({
      area: 'clock',
      name: 'clock step',
      passed: false,
      isWarning: true,
      found: `the clock went ${duration(Math.abs(byMs))} ${byMs < 0 ? 'back' : 'forward'} at ${new Date(atMs).toISOString()}, or the machine slept`,
      next: 'Let it be kept: sudo timedatectl set-ntp true',
      command: 'sudo timedatectl set-ntp true',
    }));
}
