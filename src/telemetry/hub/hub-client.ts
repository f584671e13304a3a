import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Audience } from './audience.ts';
import { startOf } from './beginning.ts';
import type { Beginning, Resume, Start, TopicBeginning } from './beginning.ts';
import type { Encoding } from './encoding.ts';
import type { Hub } from './hub.ts';
import { Outbox } from './outbox.ts';
import type { Outlet } from './outbox.ts';
import type { Topic } from './topic.ts';
import { TopicPattern } from './topic-pattern.ts';

/** So many patterns of one client; more are refused with QUEUE_FULL. */
export const patternsMost = 256;
/** A client that missed events for more than this share of its budget gets snapshots instead. */
const replayShareMost = 0.5;

export interface HubClientOptions {
  readonly outlet: Outlet;
  readonly encoding: Encoding;
  /** Told once, when the client has to be cut off. */
  readonly cut: (reason: SignalboxError) => void;
  /** Who it is, and what it came by: shown to others. */
  readonly label: string;
}

export interface SubscribeOptions {
  /** What the client has of the topics already. */
  readonly resume?: Resume | undefined;
  /** Makes the bytes that go first. */
  readonly answer?: (beginning: Beginning) => Uint8Array;
}

/** One who listens to a hub. Dispose it when it is gone. */
export class HubClient implements Disposable {
  readonly outbox: Outbox;
  readonly label: string;
  readonly encoding: Encoding;
  /** When it came, ms since 1970. */
  readonly sinceMs: number;
  readonly #hub: Hub;
  readonly #replayBytesMost: number;
  #patterns: ReadonlyMap<string, TopicPattern> = new Map();
  #audience: Audience | undefined;
  #isOver = false;

  /** `Hub.connect()` makes them. */
  constructor(hub: Hub, clock: Clock, bytesMost: number, options: HubClientOptions) {
    const { outlet, encoding, label, cut } = options;
    this.#hub = hub;
    this.label = label;
    this.encoding = encoding;
    this.sinceMs = clock.now();
    this.#replayBytesMost = bytesMost * replayShareMost;
    this.outbox = new Outbox({
      outlet,
      clock,
      bytesMost,
      cut: (reason) => {
        this[Symbol.dispose]();
        hub.countCut();
        cut(reason);
      },
    });
  }

  get patterns(): readonly string[] {
    return [...this.#patterns.keys()];
  }

  /** What it listens to now. */
  topics(): readonly Topic[] {
    const audience = this.#audience;
    return audience === undefined ? [] : this.#hub.topics().filter((each) => audience.hears(each));
  }

  /**
   * Listens to topics. First goes the answer, then snapshots, what was missed, and what comes.
   * @throws BAD_ARGUMENT for what is no pattern, QUEUE_FULL beyond {@link patternsMost}
   */
  subscribe(patterns: readonly string[], options: SubscribeOptions = {}): Beginning {
    const added = patterns.map((text) => new TopicPattern(text));
    const all = new Map(this.#patterns);
    for (const each of added) all.set(each.text, each);
    if (all.size > patternsMost) {
      throw new SignalboxError('QUEUE_FULL', `${patternsMost} patterns of topics are the most`);
    }
    this.#listenTo(all);
    const { resume, answer } = options;
    const { epoch, position } = this.#hub;
    const starts: [Topic, Start][] = [];
    for (const topic of this.#hub.topics()) {
      if (!added.some((pattern) => topic.isMeantBy(pattern))) continue;
      starts.push([topic, startOf(topic, epoch, resume)]);
    }
    const { frames, kept } = this.#replay(starts);
    const topics = kept.map(([topic, start]) => beginningOf(topic, start, resume !== undefined));
    const beginning = { epoch, position, topics };
    if (answer !== undefined) this.outbox.send(answer(beginning));
    // One that breaks off between them may know its place by events alone, so these come last.
    for (const [topic, start] of kept) this.#begin(topic, start);
    if (frames.length > 0) this.outbox.send(Buffer.concat(frames));
    return beginning;
  }

  /** @returns what it still listens to */
  unsubscribe(patterns: readonly string[]): readonly string[] {
    const left = new Map(this.#patterns);
    for (const text of patterns) left.delete(text);
    this.#listenTo(left);
    return this.patterns;
  }

  /** The newest of the topic is sent once the client keeps up. */
  owe(topic: Topic): void {
    this.outbox.sendNewest(topic, () => topic.newestFrame(this.encoding));
  }

  /** How the topic stands is sent, after all that waits. Events from now on come after it. */
  tell(topic: Topic, isGap = false): void {
    const { sequence } = topic;
    this.outbox.send(() => topic.snapshotFrame(this.encoding, isGap, sequence));
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.outbox.end();
    this.#hub.leave(this, this.#audience);
  }

  #listenTo(patterns: ReadonlyMap<string, TopicPattern>): void {
    this.#patterns = patterns;
    if (this.#isOver) return;
    const audience = this.#hub.move(this, this.#audience, [...patterns.values()]);
    this.#audience = audience;
    // What it was sent meanwhile may have been too much for it.
    if (!this.#hub.has(this)) this.#hub.leave(this, audience);
  }

  /**
   * What was missed, in the order in which it was published, as long as it is not too much; of the rest
   * there is a snapshot.
   */
  #replay(starts: readonly [Topic, Start][]): { frames: Uint8Array[]; kept: [Topic, Start][] } {
    const replayed: { readonly position: number; readonly frame: Uint8Array }[] = [];
    let bytes = 0;
    const kept = starts.map(([topic, start]): [Topic, Start] => {
      if (start.from !== 'missed') return [topic, start];
      const missed = start.missed.map((update) => {
        const frame = update.frame(this.encoding);
        update.settle();
        return { position: update.position, frame };
      });
      const size = missed.reduce((sum, { frame }) => sum + frame.length, 0);
      if (bytes + size > this.#replayBytesMost) return [topic, { from: 'gap' }];
      bytes += size;
      replayed.push(...missed);
      return [topic, start];
    });
    replayed.sort((one, other) => one.position - other.position);
    return { frames: replayed.map(({ frame }) => frame), kept };
  }

  #begin(topic: Topic, { from }: Start): void {
    if (from === 'newest') this.owe(topic);
    else if (from === 'snapshot' || from === 'gap') this.tell(topic, from === 'gap');
  }
}

function beginningOf(
  { name, kind, sequence }: Topic,
  { from }: Start,
  isBack: boolean,
): TopicBeginning {
  const isAnew = from === 'snapshot' || from === 'gap';
  const beginning = { topic: name, kind, sequence, snapshot: isAnew };
  return isBack ? { ...beginning, recovered: !isAnew } : beginning;
}
