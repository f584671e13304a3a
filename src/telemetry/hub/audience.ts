import type { Encoding } from './encoding.ts';
import type { HubClient } from './hub-client.ts';
import type { Topic } from './topic.ts';
import type { TopicPattern } from './topic-pattern.ts';
import type { Update } from './update.ts';

/** When so many bytes wait for the next round, they go out at once. */
export const roundBytesMost = 262_144;

/** What goes out to all clients of an audience, and who has not got it yet. */
interface Round {
  readonly frames: readonly Uint8Array[];
  /** Of which topic each frame is. */
  readonly topics: readonly Topic[];
  readonly whole: Uint8Array;
  /** What those get who do not keep up; made for the first of them. */
  events: Uint8Array | undefined;
  readonly left: Iterator<HubClient>;
}

/**
 * All clients that listen to the same topics and get them in the same form. What comes for them until
 * the last of them has got what came before becomes one buffer, which each of them gets by one write.
 */
export class Audience {
  /** Who comes or goes does so between two rounds. */
  readonly clients: Set<HubClient> = new Set();
  readonly encoding: Encoding;
  readonly patterns: readonly TopicPattern[];
  readonly #due: (audience: Audience) => void;
  /** What has come for the next round, and of which topic each frame is. */
  #frames: Uint8Array[] = [];
  #topics: Topic[] = [];
  #bytes = 0;
  #round: Round | undefined;

  /** @param due told when there is something to be passed on */
  constructor(
    encoding: Encoding,
    patterns: readonly TopicPattern[],
    due: (audience: Audience) => void,
  ) {
    this.encoding = encoding;
    this.patterns = patterns;
    this.#due = due;
  }

  hears(topic: Topic): boolean {
    return this.patterns.some((pattern) => topic.isMeantBy(pattern));
  }

  add(topic: Topic, update: Update): void {
    if (this.#frames.length === 0 && this.#round === undefined) this.#due(this);
    const frame = update.frame(this.encoding);
    this.#frames.push(frame);
    this.#topics.push(topic);
    this.#bytes += frame.length;
    if (this.#bytes > roundBytesMost) this.flush();
  }

  /** Passes on all that has come. */
  flush(): void {
    this.pass(() => false);
  }

  /**
   * Passes on what has come, to one client after the other.
   * @param isTimeUp asked after each of them
   * @returns whether nothing is left
   */
  pass(isTimeUp: () => boolean): boolean {
    for (let round = this.#nextRound(); round !== undefined; round = this.#nextRound()) {
      for (let next = round.left.next(); next.done !== true; next = round.left.next()) {
        sendRound(next.value, round);
        if (isTimeUp()) return false;
      }
      this.#round = undefined;
    }
    return true;
  }

  #nextRound(): Round | undefined {
    if (this.#round !== undefined || this.#frames.length === 0) return this.#round;
    const [frames, topics] = [this.#frames, this.#topics];
    this.#frames = [];
    this.#topics = [];
    this.#bytes = 0;
    const left = this.clients.values();
    this.#round = { frames, topics, whole: joined(frames), events: undefined, left };
    return this.#round;
  }
}

function sendRound(client: HubClient, round: Round): void {
  if (client.outbox.isClear) {
    client.outbox.send(round.whole);
    return;
  }
  const { frames, topics } = round;
  round.events ??= joined(frames.filter((_, at) => topics[at]?.kind === 'events'));
  if (round.events.length > 0) client.outbox.send(round.events);
  for (const topic of topics) if (topic.kind !== 'events') client.owe(topic);
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  return frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames);
}
