import { asSignalboxError, errorCatalogue } from '../../kernel/index.ts';
import { failedCheck } from './check.ts';
import type { Check } from './check.ts';

/** A worker as it stands. */
export interface CheckedWorker {
  readonly name: string;
  readonly isReady: boolean;
  readonly state: string;
  readonly reason?: string | undefined;
}

/** Another part of the gateway as it stands: a runtime, the schedules, the recorder. */
export type CheckedPart = CheckedWorker;

/** Who is signed in to a player. */
export interface CheckedPlayer {
  readonly name: string;
  status(): Promise<{
    readonly state: string;
    readonly signInUrl?: string | undefined;
  }>;
}

export function checkWorker({ name, isReady, state, reason }: CheckedWorker): Check {
  const own = { area: 'worker', name: `worker ${name}`, passed: isReady } as const;
  if (isReady) return { ...own, found: state };
  const { fault, nextStep } = errorCatalogue.WORKER_UNAVAILABLE;
  return {
    ...own,
    found: `${state}${reason === undefined ? '' : `: ${reason}`}`,
    code: 'WORKER_UNAVAILABLE',
    fault,
    next: nextStep,
  };
}

export function checkPart({ name, isReady, state, reason }: CheckedPart): Check {
  const own = { area: 'subsystem', name, passed: isReady } as const;
  if (isReady) return { ...own, found: state };
  return {
    ...own,
    found: `${state}${reason === undefined ? '' : `: ${reason}`}`,
    next: 'The log says more: signalbox logs',
    command: 'signalbox logs',
  };
}

/** Whether somebody is signed in, and stays so. */
export async function checkPlayer(player: CheckedPlayer): Promise<Check> {
  const { name } = player;
  const own = { area: 'tokens', name: `player ${name}` } as const;
  try {
    const { state, signInUrl } = await player.status();
    if (state === 'signed-in') return { ...own, passed: true, found: 'signed in' };
    const { fault, nextStep } = errorCatalogue.SIGN_IN_REQUIRED;
    return {
      ...own,
      passed: false,
      found: state === 'ended' ? 'the consent of its user has ended' : 'nobody is signed in',
      code: 'SIGN_IN_REQUIRED',
      fault,
      next: signInUrl === undefined ? nextStep : `Sign in with a browser at ${signInUrl}`,
    };
  } catch (error) {
    return failedCheck('tokens', own.name, asSignalboxError(error));
  }
}
