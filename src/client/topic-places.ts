import type { TopicBeginningReport, TopicSnapshot, TopicUpdate } from './subscription-reports.ts';

/** What came on one topic. */
interface Place {
  /** Absent while a snapshot is still to come, or anything at all: nothing is known to be complete. */
  sequence?: number;
  isOfEvents: boolean;
  isSnapshotDue?: boolean;
  /** Something of it was missed, and nobody was told so yet. */
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
    if (epoch !== this.#epoch) this.#loseAll();
    this.#epoch = epoch;
    for (const { topic, kind, sequence, snapshot } of topics) {
      const isOfEvents = kind === 'events';
      const had = isBack ? this.#places.get(topic) : undefined;
      if (snapshot) {
        // What was had before is behind a gap, also when this connection breaks before that is told.
        const hasGap = had?.sequence !== undefined || had?.hasGap === true;
        this.#places.set(topic, { isOfEvents, isSnapshotDue: true, hasGap });
      } else {
        const hasGap = had?.hasGap === true;
        this.#places.set(topic, { isOfEvents, sequence: had?.sequence ?? sequence, hasGap });
      }
    }
  }

  /**
   * @returns whether it is new, also where something before it was missed and nobody was told so yet; was
   *   received before; or comes after one that was not received
   */
  take({
    topic,
    sequence,
  }: Pick<TopicUpdate, 'topic' | 'sequence'>): 'new' | 'new after a gap' | 'known' | 'gap' {
    const place = this.#places.get(topic);
    if (place === undefined) {
      this.#places.set(topic, { sequence, isOfEvents: false });
      return 'new';
    }
    if (place.sequence !== undefined) {
      if (sequence <= place.sequence) return 'known';
      if (place.isOfEvents && sequence !== place.sequence + 1) return 'gap';
    }
    const isAfterGap = place.hasGap === true;
    place.hasGap = false;
    if (place.isSnapshotDue !== true) place.sequence = sequence;
    return isAfterGap ? 'new after a gap' : 'new';
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
  /** Numbers of another life say nothing; a topic that comes only later is behind a gap too. */
  #loseAll(): void {
    for (const [topic, { isOfEvents, sequence, hasGap = false }] of this.#places) {
      if (sequence === undefined && !hasGap) this.#places.delete(topic);
      else this.#places.set(topic, { isOfEvents, hasGap: true });
    }
  }
}
