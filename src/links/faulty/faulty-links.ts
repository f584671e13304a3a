import type { LinkMedium } from '../link-error.ts';
import type { Link, LinkFactory } from '../link.ts';
import { FaultyLink } from './faulty-link.ts';
import type { LinkFaultRule } from './link-fault.ts';
import { LinkFaultPlan } from './link-fault-plan.ts';

export interface FaultyLinksOptions {
  /** Draws a number from 0 up to 1: a seeded one repeats a run. */
  readonly random: () => number;
  /** As what errors are classed. @default 'device' */
  readonly medium?: LinkMedium;
}

/**
 * Makes links that go wrong on demand, for a test of what a port or program does then. One plan holds
 * for all of them, so that a fault can hit the opening after a break.
 *
 * ```ts
 * const links = new FaultyLinks(serialLinkFactory({ path }), { random: seededRandom(1) });
 * const port = new Port({ name: 'bus', link: links });
 * links.addFault({ at: 'read', fault: { kind: 'error', error: { errno: 'EIO' } }, times: 1 });
 * ```
 */
export class FaultyLinks implements LinkFactory {
  readonly address: string;
  readonly kind: Link['kind'];
  readonly #inner: LinkFactory;
  readonly #plan: LinkFaultPlan;
  readonly #medium: LinkMedium;

  constructor(inner: LinkFactory, options: FaultyLinksOptions) {
    this.address = inner.address;
    this.kind = inner.kind;
    this.#inner = inner;
    this.#plan = new LinkFaultPlan(options.random);
    this.#medium = options.medium ?? 'device';
  }

  create(): Link {
    return new FaultyLink(this.#inner.create(), this.#plan, this.#medium);
  }

  /** @throws BAD_ARGUMENT for a rule that makes no sense */
  addFault(rule: LinkFaultRule): void {
    this.#plan.add(rule);
  }

  /** Takes all rules away. What hangs goes on hanging. */
  clearFaults(): void {
    this.#plan.clear();
  }
}
