import type { Topic, TopicKind } from './topic.ts';
import type { Update } from './update.ts';

/** What a client has already. */
export type Resume =
  /** The newest sequence of each topic. */
  | { readonly epoch: string; readonly sequences: Readonly<Record<string, number>> }
  /** All events up to a position of the hub. */
  | { readonly epoch: string; readonly position: number };

/** How a subscription begins. */
export interface Beginning {
  /** Sequences of another epoch mean nothing: a new one begins with each start of the hub. */
  readonly epoch: string;
  /** Of the newest update of all. */
  readonly position: number;
  readonly topics: readonly TopicBeginning[];
}

export interface TopicBeginning {
  readonly topic: string;
  readonly kind: TopicKind;
  /** Of the newest update of it that there is. */
  readonly sequence: number;
  /** Whether a snapshot follows; until it is there the client has nothing of the topic. */
  readonly snapshot: boolean;
  /** Of one who came back: whether nothing that matters is lost to it. */
  readonly recovered?: boolean;
}

/**
 * What is to be sent of a topic before what comes: nothing, the newest value, what was missed, how
 * things stand, or how they stand because some of what was missed is not kept any more. Never a part
 * of what was missed.
 */
export type Start =
  | { readonly from: 'here' | 'newest' | 'snapshot' | 'gap' }
  | { readonly from: 'missed'; readonly missed: readonly Update[] };

/** @param epoch of the hub */
export function startOf(topic: Topic, epoch: string, resume: Resume | undefined): Start {
  if (resume === undefined) return { from: topic.hasState ? 'snapshot' : 'here' };
  if (resume.epoch !== epoch) return { from: 'gap' };
  if ('position' in resume) {
    if (topic.kind !== 'events') return { from: topic.hasState ? 'snapshot' : 'here' };
    return missedOr(topic.afterPosition(resume.position));
  }
  const had = Object.hasOwn(resume.sequences, topic.name)
    ? resume.sequences[topic.name]
    : undefined;
  if (had === undefined) {
    if (topic.hasState) return { from: 'snapshot' };
    return { from: topic.sequence === 0 ? 'here' : 'gap' };
  }
  if (topic.kind === 'events') return missedOr(topic.after(had));
  if (had === topic.sequence) return { from: 'here' };
  return { from: topic.kind === 'values' && had < topic.sequence ? 'newest' : 'gap' };
}

function missedOr(missed: readonly Update[] | undefined): Start {
  return missed === undefined ? { from: 'gap' } : { from: 'missed', missed };
}
