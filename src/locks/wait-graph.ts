import { SignalboxError } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { Agent } from './agent.ts';

/** Something that agents hold and wait for. */
export interface Waitable {
  /** As people know it: `port bus`. */
  readonly name: string;
  /** Who has to let go before a waiter can go on. Asked anew at each check, as holders change. */
  holders(): Iterable<Agent>;
}

/** One agent that waits for one thing. */
export interface Wait {
  readonly graph: WaitGraph | undefined;
  readonly agent: Agent;
  readonly resource: Waitable;
}

/** One step of a cycle: who waits for what, and who holds it. Plain data, as errors carry it. */
export interface CycleStep {
  readonly waiter: string;
  readonly resource: string;
  readonly holder: string;
}

/** A wait that was refused, because it would have been a deadlock. */
export interface RefusedWait {
  /** Who would have waited. */
  readonly owner: Owner;
  /** For what: `port bus`. */
  readonly resource: string;
  readonly error: SignalboxError;
}

export interface WaitGraphOptions {
  /** Told of each wait that is refused. */
  readonly refused?: (refusal: RefusedWait) => void;
}

/** A wait that the search came upon, and how. */
interface Found {
  readonly waiter: Agent;
  readonly resource: Waitable;
  /** The wait whose resource this waiter (or the chain that started it) holds. */
  readonly from: Found | undefined;
  readonly fromHolder: Agent | undefined;
}

/**
 * Who waits for whom. A wait that would close a cycle is refused before it begins, so no cycle
 * ever exists, and there is no delay after which somebody has to look for one.
 *
 * Every lock that can be waited for together with another must be given the same graph.
 */
export class WaitGraph {
  readonly #refused: ((refusal: RefusedWait) => void) | undefined;
  #size = 0;

  constructor({ refused }: WaitGraphOptions = {}) {
    this.#refused = refused;
  }

  /** How many waits there are now. */
  get size(): number {
    return this.#size;
  }

  /**
   * Begins a wait; dispose to end it, however it ended.
   *
   * @throws DEADLOCK when a holder waits, directly or through others, for the waiter: with the
   *   cycle in words, and in `details.cycle` as {@link CycleStep}s
   */
  wait(agent: Agent, resource: Waitable): Disposable {
    const wait: Wait = { graph: this, agent, resource };
    this.enter(wait);
    return { [Symbol.dispose]: () => this.leave(wait) };
  }

  /** As {@link wait}, for a waiter that is its own record. Pair with {@link leave}. */
  enter(wait: Wait): void {
    this.check(wait.agent, wait.resource);
    this.#size += 1;
    wait.agent.noteWait(wait);
  }

  /** Ends a wait that {@link enter} began. */
  leave(wait: Wait): void {
    this.#size -= 1;
    wait.agent.forgetWait(wait);
  }

  /** @throws DEADLOCK when `agent` waiting for `resource` would close a cycle */
  check(agent: Agent, resource: Waitable): void {
    // Most waits end here: no holder waits for anything, so nothing has to be kept of the search.
    let leads = false;
    for (const holder of resource.holders()) {
      if (holder.isWaiting || agent.descendsFrom(holder)) leads = true;
    }
    if (leads) this.#search(agent, resource);
  }

  #search(start: Agent, resource: Waitable): void {
    const visited = new Set<Agent>();
    const open: Found[] = [{ waiter: start, resource, from: undefined, fromHolder: undefined }];
    for (let found = open.pop(); found !== undefined; found = open.pop()) {
      for (const holder of found.resource.holders()) {
        if (start.descendsFrom(holder)) {
          const error = deadlock(found, holder);
          this.#refused?.({ owner: start.owner, resource: resource.name, error });
          throw error;
        }
        if (visited.has(holder)) continue;
        visited.add(holder);
        for (const { graph, agent, resource } of holder.waits()) {
          if (graph !== this) continue;
          open.push({ waiter: agent, resource, from: found, fromHolder: holder });
        }
      }
    }
  }
}

function deadlock(last: Found, lastHolder: Agent): SignalboxError {
  const cycle: CycleStep[] = [];
  let holder = lastHolder;
  for (let found: Found | undefined = last; found !== undefined; found = found.from) {
    cycle.unshift({
      waiter: String(found.waiter),
      resource: found.resource.name,
      holder: String(holder),
    });
    holder = found.fromHolder ?? holder;
  }
  const [first] = cycle;
  const words = cycle.map(
    ({ waiter, resource, holder }) => `${waiter} waits for ${resource}, held by ${holder}`,
  );
  return new SignalboxError(
    'DEADLOCK',
    `waiting for ${first?.resource ?? 'it'} would be a deadlock: ${words.join('; ')}`,
    { details: { cycle } },
  );
}
