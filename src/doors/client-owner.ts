import type { Clock, Owner } from '../kernel/index.ts';
import type { OpenProgram } from '../links/index.ts';

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };

/** So many clients wait to be named; further ones stay as they are. */
export const namingsMost = 256;

/**
 * A client of a door as an owner. It is one before it is known which program it is: that takes a look
 * at every process, and nobody's first request waits for it.
 */
export class ClientOwner {
  readonly owner: Owner;
  readonly #facts: Changeable<Owner>;
  #isGone = false;

  /** @param first what is known at once, with words of the door for its program */
  constructor(first: Omit<Owner, 'sinceMs'>, clock: Clock) {
    this.#facts = { ...first, sinceMs: clock.now() };
    this.owner = this.#facts;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** It has left: who it was need not be found out any more. */
  leave(): void {
    this.#isGone = true;
  }

  /** It is known now which program it is. */
  name({ program, pid, user }: OpenProgram): void {
    this.#facts.program = program;
    this.#facts.pid = pid;
    this.#facts.user = user;
  }
}

interface Naming {
  readonly client: ClientOwner;
  readonly find: () => Promise<OpenProgram | undefined>;
}

const waiting: Naming[] = [];
let isLooking = false;

/**
 * Finds out which program a client is. One look at a time in the whole process, however many clients
 * come and go.
 */
export function nameClient(
  client: ClientOwner,
  find: () => Promise<OpenProgram | undefined>,
): void {
  if (waiting.length >= namingsMost) return;
  waiting.push({ client, find });
  if (!isLooking) void lookAll();
}

async function lookAll(): Promise<void> {
  isLooking = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { client, find } = next;
    if (client.isGone) continue;
    // That it cannot be found out is no failure: the client may have left, or be another user's.
    const program = await find().catch(() => undefined);
    if (program !== undefined) client.name(program);
  }
  isLooking = false;
}
