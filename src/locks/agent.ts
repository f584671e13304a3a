import { AsyncLocalStorage } from 'node:async_hooks';
import { describeOwner } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { Wait } from './wait-graph.ts';

/** The owner of what is done outside of any call chain. */
export const unnamedOwner: Owner = {
  id: 'unnamed',
  program: 'unnamed task',
  door: 'inline',
  sinceMs: 0,
};

/**
 * One call chain that takes locks for an owner. A chain may take again what it, or a chain that it
 * was started from, already holds; chains started side by side exclude each other.
 *
 * Whoever holds is taken to wait for the chains started from it: a parent that holds a lock does
 * not release it before its children are done.
 */
export class Agent {
  readonly owner: Owner;
  /** The chain that this one was started from. */
  readonly parent: Agent | undefined;
  #wait: Wait | undefined;
  #moreWaits: Set<Wait> | undefined;
  #ranks: number[] | undefined;

  constructor(owner: Owner = unnamedOwner, parent?: Agent) {
    this.owner = owner;
    this.parent = parent;
  }

  /** Whether this is `other`, or was started from it. */
  descendsFrom(other: Agent): boolean {
    if (other === this) return true;
    for (let agent = this.parent; agent !== undefined; agent = agent.parent) {
      if (agent === other) return true;
    }
    return false;
  }

  /** Whether this chain, or one started from it, waits for anything. */
  get isWaiting(): boolean {
    return this.#wait !== undefined || (this.#moreWaits?.size ?? 0) > 0;
  }

  /** What this chain, and those started from it, wait for. */
  waits(): readonly Wait[] {
    const waits = this.#wait === undefined ? [] : [this.#wait];
    return this.#moreWaits === undefined ? waits : [...waits, ...this.#moreWaits];
  }

  /** The highest rank that this chain or one that it was started from holds. */
  get highestRank(): number {
    const own = this.#ranks === undefined ? -Infinity : Math.max(-Infinity, ...this.#ranks);
    return this.parent === undefined ? own : Math.max(own, this.parent.highestRank);
  }

  /** Kept by the wait-for graph. */
  noteWait(wait: Wait): void {
    if (this.#wait === undefined) this.#wait = wait;
    else (this.#moreWaits ??= new Set()).add(wait);
    this.parent?.noteWait(wait);
  }

  /** Kept by the wait-for graph. */
  forgetWait(wait: Wait): void {
    if (this.#wait === wait) this.#wait = undefined;
    else this.#moreWaits?.delete(wait);
    this.parent?.forgetWait(wait);
  }

  /** Kept by the locks that have a rank. */
  noteRank(rank: number): void {
    (this.#ranks ??= []).push(rank);
  }

  /** Kept by the locks that have a rank. */
  forgetRank(rank: number): void {
    const at = this.#ranks?.indexOf(rank) ?? -1;
    if (at >= 0) this.#ranks?.splice(at, 1);
  }

  /** The owner in a few words. */
  toString(): string {
    return describeOwner(this.owner);
  }
}

const chain = new AsyncLocalStorage<Agent>();
const agents = new WeakMap<Owner, Agent>();

/** The call chain that runs now, if there is one. */
export function currentAgent(): Agent | undefined {
  return chain.getStore();
}

/** The one agent of an owner that acts as a whole: a client's connection. Same object, same agent. */
export function agentOf(owner: Owner): Agent {
  let agent = agents.get(owner);
  if (agent === undefined) agents.set(owner, (agent = new Agent(owner)));
  return agent;
}

/**
 * Runs `run` as a new call chain for `owner`, started from the current one if there is one. Start
 * each of several parallel branches like this, or they count as one chain and share its locks.
 */
export function runAsAgent<Result>(owner: Owner, run: (agent: Agent) => Result): Result {
  return runAs(new Agent(owner, currentAgent()), run);
}

/** Runs `run` as part of the given call chain. */
export function runAs<Result>(agent: Agent, run: (agent: Agent) => Result): Result {
  return chain.run(agent, run, agent);
}
