import type { TopicBeginningReport, TopicSnapshot, TopicUpdate } from './subscription-reports.ts';

/** What came on one topic. */
interface Place {
  /** Absent while a snapshot is still to come: nothing is known to be complete. */
  sequence?: number;
  isOfEvents: boolean;
  /** Something of it was missed, and the snapshot that tells so is still to come. */
  hasGap?: boolean;
}

/** What was already received of each topic, for coming back after a break. */
export class TopicPlaces {
  readonly #places = new Map<string, Place>();
  #epoch: string | undefined;

  /** What is shown when coming back; undefined before the first time. */
  get resume(): { readonly epoch: string; readonly sequences: object } | undefined {
    if (this.#epoch === undefined) return undefined;
    const known = [...this.#places].flatMap(([topic, { sequence }]) =>
      sequence === undefined ? [] : [[topic, sequence] as const],
    );
    return { epoch: this.#epoch, sequences: Object.fromEntries(known) };
  }

  /** Topics begin. @param isBack whether what is recovered of them follows on what was received */
  begin(epoch: string, topics: readonly TopicBeginningReport[], isBack: boolean): void {
    const before = new Map(this.#places);
    if (epoch !== this.#epoch) this.#places.clear();
    this.#epoch = epoch;
    for (const { topic, kind, sequence, snapshot } of topics) {
      const isOfEvents = kind === 'events';
      const had = isBack ? before.get(topic) : undefined;
      // What was had before is behind a gap, also when this connection breaks before that is told.
      const hasGap = had?.sequence !== undefined || had?.hasGap === true;
      if (snapshot) this.#places.set(topic, { isOfEvents, hasGap });
      else this.#places.set(topic, { isOfEvents, sequence: had?.sequence ?? sequence });
    }
  }

  /** @returns whether it is new, was received before, or comes after one that was not received */
  take({ topic, sequence }: Pick<TopicUpdate, 'topic' | 'sequence'>): 'new' | 'known' | 'gap' {
    const place = this.#places.get(topic);
    if (place === undefined) {
      this.#places.set(topic, { sequence, isOfEvents: false });
      return 'new';
    }
    if (place.sequence === undefined) return 'new';
    if (sequence <= place.sequence) return 'known';
    if (place.isOfEvents && sequence !== place.sequence + 1) return 'gap';
    place.sequence = sequence;
    return 'new';
  }

  /** It stands for all updates before it. @returns whether some of them were missed */
  takeSnapshot({
    topic,
    sequence,
    gap,
  }: Pick<TopicSnapshot, 'topic' | 'sequence' | 'gap'>): boolean {
    const { isOfEvents = false, hasGap = false } = this.#places.get(topic) ?? {};
    this.#places.set(topic, { isOfEvents, sequence });
    return gap || hasGap;
  }
}
