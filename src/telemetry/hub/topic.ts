import type { Audience } from './audience.ts';
import type { Encoding } from './encoding.ts';
import type { HubPosition } from './hub-position.ts';
import { topicWords } from './topic-pattern.ts';
import type { TopicPattern } from './topic-pattern.ts';
import { Update } from './update.ts';
import type { Published } from './update.ts';

/** So many events of a topic are kept for clients that come back, unless the topic says otherwise. */
export const eventsKeptMost = 100;

/**
 * What a client that is too slow misses: of `values` all but the newest; of `events` nothing, it is cut
 * off; of a `flow` all until it keeps up again, then it gets a snapshot and is told of the gap.
 */
export type TopicKind = 'values' | 'events' | 'flow';

export interface TopicOptions {
  readonly kind: TopicKind;
  /** How things stand now; told to who begins to listen. @default the newest update of values */
  readonly snapshot?: () => object;
  /** Started while somebody listens, ended when nobody does any more. */
  readonly source?: () => Disposable;
  /** Of events. @default {@link eventsKeptMost} */
  readonly keep?: number;
  /** Whether patterns that begin with a wildcard do not mean it: it is not for everybody. @default false */
  readonly isApart?: boolean;
}

/** Where a topic of an earlier life ended: a new one of the same name goes on from there. */
export interface TopicStart {
  readonly sequence: number;
  readonly position: number;
}

/** A line of numbered updates with a name. Publishing without listeners costs next to nothing. */
export class Topic {
  readonly name: string;
  readonly kind: TopicKind;
  readonly words: readonly string[];
  /** Those who listen, by what they listen to and how they get it. */
  readonly audiences: Set<Audience> = new Set();
  readonly #options: TopicOptions;
  readonly #count: HubPosition;
  readonly #kept: Update[] = [];
  readonly #keptMost: number;
  #sequence: number;
  /** Of the newest event that is not kept any more. */
  #lost: TopicStart;
  #newest: Update | undefined;
  #running: Disposable | undefined;

  /** @throws BAD_ARGUMENT when the name is none */
  constructor(name: string, options: TopicOptions, count: HubPosition, start: TopicStart) {
    this.name = name;
    this.kind = options.kind;
    this.words = topicWords(name);
    this.#options = options;
    this.#count = count;
    this.#keptMost = options.kind === 'events' ? (options.keep ?? eventsKeptMost) : 0;
    this.#sequence = start.sequence;
    this.#lost = start;
  }

  /** Of the newest update; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Whether anybody listens, so that costly work is done only then. */
  get isHeard(): boolean {
    return this.audiences.size > 0;
  }

  isMeantBy(pattern: TopicPattern): boolean {
    const isForIt = this.#options.isApart !== true || !pattern.isOfAll;
    return isForIt && pattern.matches(this.words);
  }

  /** How many clients listen. */
  get clientCount(): number {
    let clients = 0;
    for (const audience of this.audiences) clients += audience.clients.size;
    return clients;
  }

  /** Whether there is something to tell who begins to listen. */
  get hasState(): boolean {
    return this.#options.snapshot !== undefined || this.#newest !== undefined;
  }

  /**
   * Tells all who listen. Events are objects with their name as `event`.
   * @param published never changed afterwards; a function is called once somebody wants the data
   * @throws TypeError when somebody listens and it cannot be written as JSON; nobody gets it then
   */
  publish(published: Published): void {
    const isEvent = this.kind === 'events';
    const { value: position } = this.#count;
    const update = new Update(this.name, this.#sequence + 1, position + 1, isEvent, published);
    if (this.isHeard) void update.json;
    this.#sequence += 1;
    this.#count.value += 1;
    if (isEvent) this.#keep(update);
    if (this.kind === 'values') this.#newest = update;
    for (const audience of this.audiences) audience.add(this, update);
  }

  /** Events after a sequence; undefined when some of them are not kept any more. */
  after(sequence: number): readonly Update[] | undefined {
    if (sequence > this.#sequence || sequence < this.#lost.sequence) return undefined;
    return this.#kept.filter((update) => update.sequence > sequence);
  }

  /** Events after a position of the hub; undefined when some of them are not kept any more. */
  afterPosition(position: number): readonly Update[] | undefined {
    if (position > this.#count.value || position < this.#lost.position) return undefined;
    return this.#kept.filter((update) => update.position > position);
  }

  /** The newest value, for a client that missed older ones; of a flow a snapshot with a gap. */
  newestFrame(encoding: Encoding): Uint8Array {
    const newest = this.#newest;
    return newest === undefined ? this.snapshotFrame(encoding, true) : newest.frame(encoding);
  }

  /**
   * How things stand now.
   * @param eventsUpTo a client that gets it gets all later events too: the snapshot does not stand for
   *   them, though it may show what became of them
   */
  snapshotFrame(
    encoding: Encoding,
    isGap: boolean,
    eventsUpTo: number = this.#sequence,
  ): Uint8Array {
    const sequence = this.kind === 'events' ? eventsUpTo : this.#sequence;
    return encoding.snapshot({ topic: this.name, sequence, isGap, json: this.#state() });
  }

  /** Told by the hub when a first audience comes, or the last one has gone. */
  heardChanged(): void {
    if (this.isHeard) {
      this.#running ??= this.#options.source?.();
      return;
    }
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
  }

  #state(): string {
    try {
      const { snapshot } = this.#options;
      return snapshot === undefined ? (this.#newest?.json ?? 'null') : JSON.stringify(snapshot());
    } catch {
      return 'null';
    }
  }

  #keep(update: Update): void {
    // What goes out in this turn still has its frames; of what was before only the data is kept.
    this.#kept.at(-1)?.settle();
    this.#kept.push(update);
    if (this.#kept.length <= this.#keptMost) return;
    const lost = this.#kept.shift();
    if (lost !== undefined) this.#lost = lost;
  }
}
