import type { Owner } from '../../src/kernel/index.ts';
import { Agent } from '../../src/locks/index.ts';

/** An owner of whom only the name matters. */
export function ownerNamed(program: string): Owner {
  return { id: program, program, door: 'test', sinceMs: 0 };
}

/** A call chain of such an owner. */
export function agentNamed(program: string): Agent {
  return new Agent(ownerNamed(program));
}
