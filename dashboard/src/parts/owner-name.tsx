import type { JSX } from 'preact';

import type { Owner } from '../../../src/kernel/index.ts';
import { ownerFacts } from './owner-facts.ts';

interface Properties {
  readonly owner: Owner;
  /** Whether the facts are told only when it is pointed at. @default false */
  readonly isBrief?: boolean;
}

/** Who asks or holds: the program, and what tells it from others. */
export function OwnerName({ owner, isBrief = false }: Properties): JSX.Element {
  if (isBrief) {
    return (
      <span class="owner">
        <span class="program" title={ownerFacts(owner)}>
          {owner.program}
        </span>
      </span>
    );
  }
  return (
    <span class="owner">
      <span class="program">{owner.program}</span> <span class="soft">{ownerFacts(owner)}</span>
    </span>
  );
}
