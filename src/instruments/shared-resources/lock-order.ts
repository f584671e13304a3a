import { onAbort } from '../../kernel/index.ts';
import { checkRank, currentAgent, runAsAgent } from '../../locks/index.ts';

/** Serial ports are taken before VISA resources, so that nobody waits for another in a circle. */
export const serialPortRank = 1;
export const visaRank = 2;

/**
 * Checks the order for the call chain that runs now, where one is declared with `runAsAgent`.
 * @returns to be told when it holds, with the signal that ends the hold
 * @throws LOCK_ORDER when the chain holds something of a higher rank
 */
export function inOrder(name: string, rank: number): (lost: AbortSignal) => void {
  const agent = currentAgent();
  if (agent === undefined) return () => {};
  checkRank({ name, rank }, agent);
  return (lost) => {
    agent.noteRank(rank);
    onAbort(lost, () => agent.forgetRank(rank));
  };
}

/** Runs something as one chain of calls of an actor, whose order is checked. */
export async function asOneChain<Result>(
  actorId: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const owner = { id: actorId, program: actorId, door: 'inline', sinceMs: Date.now() };
  return await runAsAgent(owner, run);
}
