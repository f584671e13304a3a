import { SignalboxError } from '../../kernel/index.ts';

/** An actor that does not do what it is asked. @param what it did: `was stopped` */
export function actorFailed(id: string, what: string): SignalboxError {
  return new SignalboxError('ACTOR_FAILED', `actor ${id} ${what}`, { details: { actor: id } });
}
