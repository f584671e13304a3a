import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { Audience } from './audience.ts';
import type { Encoding } from './encoding.ts';
import { HubClient } from './hub-client.ts';
import type { HubClientOptions } from './hub-client.ts';
import type { HubPosition } from './hub-position.ts';
import { clientBytesMost } from './outbox.ts';
import { Topic } from './topic.ts';
import type { TopicOptions, TopicStart } from './topic.ts';
import type { TopicPattern } from './topic-pattern.ts';

/** More topics at once are refused with QUEUE_FULL. */
export const topicsMost = 100_000;

/**
 * So long a hub passes things on before all else in the process has its turn. What comes until all clients
 * have got what came before goes out together, and costs less.
 */
const passLongestMs = 1;

/** Of so many topics that are gone it is known where they ended; of others, below where. */
const goneMost = 10_000;

export interface HubOptions {
  /** Tells the numbers of this life of the gateway from those of another: never the same twice. */
  readonly epoch: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Bytes that may wait for one client. @default {@link clientBytesMost} */
  readonly clientBytesMost?: number;
  /** Runs something when the turn of the event loop is over. @default setImmediate */
  readonly afterTurn?: (run: () => void) => void;
}

/**
 * Passes what is published on topics to all who listen. Knows no sockets: a client comes with an outlet
 * that takes bytes, and an encoding that makes them.
 */
export class Hub {
  readonly epoch: string;
  readonly #clock: Clock;
  readonly #clientBytesMost: number;
  readonly #afterTurn: (run: () => void) => void;
  readonly #topics = new Map<string, Topic>();
  readonly #clients = new Set<HubClient>();
  readonly #audiences = new Map<Encoding, Map<string, Audience>>();
  readonly #position: HubPosition = { value: 0 };
  /** Where topics ended that are gone; the one that went first goes first. */
  readonly #gone = new Map<string, TopicStart>();
  /** Topics that are not known any more have ended below. */
  #forgotten: TopicStart = { sequence: 0, position: 0 };
  readonly #due = new Set<Audience>();
  #isPassing = false;
  #cut = 0;
  /** By clients that are gone. */
  #takenBefore = 0;

  constructor(options: HubOptions) {
    const { epoch, clock = systemClock, afterTurn = (run) => void setImmediate(run) } = options;
    this.epoch = epoch;
    this.#clock = clock;
    this.#clientBytesMost = options.clientBytesMost ?? clientBytesMost;
    this.#afterTurn = afterTurn;
  }

  /** How many updates were published on all topics. */
  get position(): number {
    return this.#position.value;
  }

  /** How many clients had to be cut off. */
  get cut(): number {
    return this.#cut;
  }

  /** How many bytes the connections of all clients have passed on. */
  get sentBytes(): number {
    let sum = this.#takenBefore;
    for (const { outbox } of this.#clients) sum += outbox.takenBytes;
    return sum;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  get topicCount(): number {
    return this.#topics.size;
  }

  /** Whether the client is still connected. */
  has(client: HubClient): boolean {
    return this.#clients.has(client);
  }

  clients(): Iterable<HubClient> {
    return this.#clients.values();
  }

  /** In the order in which they were made. */
  topics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  /** @returns undefined when there is no such topic */
  find(topic: string): Topic | undefined {
    return this.#topics.get(topic);
  }

  /**
   * Makes a topic; clients whose patterns match it hear it from now on.
   * @throws BAD_ARGUMENT when the name is none or taken, QUEUE_FULL beyond {@link topicsMost}
   */
  topic(name: string, options: TopicOptions): Topic {
    if (this.#topics.has(name)) {
      throw new SignalboxError('BAD_ARGUMENT', `there is a topic '${name}' already`);
    }
    if (this.#topics.size >= topicsMost) {
      throw new SignalboxError('QUEUE_FULL', `there are ${topicsMost} topics already`);
    }
    const start = this.#gone.get(name) ?? this.#forgotten;
    const topic = new Topic(name, options, this.#position, start);
    this.#gone.delete(name);
    this.#topics.set(name, topic);
    // What one of that name has told before goes before how this one stands.
    for (const audience of [...this.#everyAudience()]) audience.flush();
    for (const audience of this.#everyAudience()) {
      if (!audience.hears(topic)) continue;
      topic.audiences.add(audience);
      if (!topic.hasState) continue;
      for (const client of audience.clients) client.tell(topic);
    }
    topic.heardChanged();
    return topic;
  }

  /** Ends a topic. A later one of that name goes on in its numbers. */
  remove(topic: Topic): void {
    if (this.#topics.get(topic.name) !== topic) return;
    this.#topics.delete(topic.name);
    this.#remember(topic);
    topic.audiences.clear();
    topic.heardChanged();
  }

  /** Takes a client in; it hears nothing before it subscribes. */
  connect(options: HubClientOptions): HubClient {
    const client = new HubClient(this, this.#clock, this.#clientBytesMost, options);
    this.#clients.add(client);
    return client;
  }

  /** Of `HubClient`: it listens to other topics from now on. What came before goes where it belongs. */
  move(
    client: HubClient,
    from: Audience | undefined,
    patterns: readonly TopicPattern[],
  ): Audience | undefined {
    const found = (): Audience | undefined =>
      patterns.length === 0 ? undefined : this.#audience(client.encoding, patterns);
    found()?.flush();
    // Its last client may have been cut off by that, and then it is another one.
    const to = found();
    if (to === from) return to;
    // It joins before it parts, so that a source that it listens to goes on.
    to?.clients.add(client);
    this.#part(client, from);
    return to;
  }

  /** Of `HubClient`: it is gone. */
  leave(client: HubClient, from: Audience | undefined): void {
    if (this.#clients.delete(client)) this.#takenBefore += client.outbox.takenBytes;
    this.#part(client, from);
  }

  /** Of `HubClient`: it was cut off. */
  countCut(): void {
    this.#cut += 1;
  }

  #remember({ name, sequence }: Topic): void {
    this.#gone.set(name, { sequence, position: this.#position.value });
    if (this.#gone.size <= goneMost) return;
    for (const [first, start] of this.#gone) {
      this.#gone.delete(first);
      const highest = Math.max(this.#forgotten.sequence, start.sequence);
      this.#forgotten = { sequence: highest, position: start.position };
      break;
    }
  }

  #audience(encoding: Encoding, patterns: readonly TopicPattern[]): Audience {
    const ofEncoding = this.#audiences.get(encoding) ?? new Map<string, Audience>();
    this.#audiences.set(encoding, ofEncoding);
    const key = keyOf(patterns);
    const known = ofEncoding.get(key);
    if (known !== undefined) return known;
    const audience = new Audience(encoding, patterns, (due) => this.#isDue(due));
    ofEncoding.set(key, audience);
    for (const topic of this.#topics.values()) {
      if (!audience.hears(topic)) continue;
      topic.audiences.add(audience);
      topic.heardChanged();
    }
    return audience;
  }

  #part(client: HubClient, from: Audience | undefined): void {
    if (from === undefined) return;
    from.flush();
    from.clients.delete(client);
    if (from.clients.size > 0) return;
    this.#audiences.get(from.encoding)?.delete(keyOf(from.patterns));
    for (const topic of this.#topics.values()) {
      if (topic.audiences.delete(from)) topic.heardChanged();
    }
  }

  #isDue(audience: Audience): void {
    this.#due.add(audience);
    if (this.#isPassing) return;
    this.#isPassing = true;
    this.#afterTurn(() => this.#pass());
  }

  /** One turn's share of what is to be passed on. */
  #pass(): void {
    const untilMs = this.#clock.monotonic() + passLongestMs;
    const isTimeUp = (): boolean => this.#clock.monotonic() >= untilMs;
    for (const audience of this.#due) {
      this.#due.delete(audience);
      if (audience.pass(isTimeUp)) continue;
      // Behind the others, so that a large audience starves none.
      this.#due.add(audience);
      break;
    }
    this.#isPassing = this.#due.size > 0;
    if (this.#isPassing) this.#afterTurn(() => this.#pass());
  }

  *#everyAudience(): Iterable<Audience> {
    for (const ofEncoding of this.#audiences.values()) yield* ofEncoding.values();
  }
}

function keyOf(patterns: readonly TopicPattern[]): string {
  return patterns
    .map(({ text }) => text)
    .sort()
    .join(' ');
}
