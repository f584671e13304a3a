import type { ValuesRecord } from './values-record.ts';

/** Follows a topic of the hub until what it gives is called. */
export type FollowTopic = (topic: string, told: (data: unknown) => void) => () => void;

type Told = (record: ValuesRecord) => void;

interface Followed {
  readonly told: Set<Told>;
  readonly stop: () => void;
}

/** The newest values of all instruments: as many topics are followed as somebody looks at. */
export class LiveRecords {
  readonly #follow: FollowTopic;
  readonly #records = new Map<string, ValuesRecord>();
  readonly #followed = new Map<string, Followed>();

  constructor(follow: FollowTopic) {
    this.#follow = follow;
  }

  /** What was told last; undefined before. */
  get(instrument: string): ValuesRecord | undefined {
    return this.#records.get(instrument);
  }

  /** All that were told, by name. Changes with what is told. */
  get all(): ReadonlyMap<string, ValuesRecord> {
    return this.#records;
  }

  /**
   * Tells each new record of an instrument, and at once what is known already. `*` is all instruments.
   * @returns ends it
   */
  follow(instrument: string, told: Told): () => void {
    const known =
      instrument === '*' ? [...this.#records.values()] : [this.#records.get(instrument)];
    for (const record of known) if (record !== undefined) told(record);
    const followed = this.#followed.get(instrument) ?? this.#begin(instrument);
    followed.told.add(told);
    return () => {
      followed.told.delete(told);
      if (followed.told.size > 0 || this.#followed.get(instrument) !== followed) return;
      this.#followed.delete(instrument);
      followed.stop();
    };
  }

  #begin(instrument: string): Followed {
    const told = new Set<Told>();
    const stop = this.#follow(`values.${instrument}`, (data) => {
      const record = data as ValuesRecord;
      // One instrument may be told of by its own topic and by that of all.
      const before = this.#records.get(record.instrument);
      if (before === undefined || isNewer(record, before)) {
        this.#records.set(record.instrument, record);
      }
      for (const each of told) each(record);
    });
    const followed = { told, stop };
    this.#followed.set(instrument, followed);
    return followed;
  }
}

/** A gateway that was started anew counts from 1 again. */
function isNewer(record: ValuesRecord, before: ValuesRecord): boolean {
  return record.revision > before.revision || record.updatedMs >= before.updatedMs;
}
