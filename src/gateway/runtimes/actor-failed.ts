import { SignalboxError } from '../../kernel/index.ts';
import { actorStartMs } from './supervised-actor.ts';

/** An actor that does not do what it is asked. @param what it did: `was stopped` */
export function actorFailed(id: string, what: string): SignalboxError {
  return new SignalboxError('ACTOR_FAILED', `actor ${id} ${what}`, { details: { actor: id } });
}

/** One that takes too long to come up. */
export function notStarted(id: string): SignalboxError {
  return actorFailed(id, `did not start within ${actorStartMs} ms`);
}
