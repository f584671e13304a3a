import type { Encoding } from './encoding.ts';
import type { HubClient } from './hub-client.ts';
import type { Topic } from './topic.ts';
import type { TopicPattern } from './topic-pattern.ts';
import type { Update } from './update.ts';

/** When so many bytes came in one turn, they go out before it is over. */
export const turnBytesMost = 262_144;

/**
 * All clients that listen to the same topics and get them in the same form. What comes for them in one
 * turn of the event loop becomes one buffer, which each of them gets by one write.
 */
export class Audience {
  readonly clients: Set<HubClient> = new Set();
  readonly encoding: Encoding;
  readonly patterns: readonly TopicPattern[];
  readonly #due: (audience: Audience) => void;
  /** What came in this turn, and of which topic each frame is. */
  #frames: Uint8Array[] = [];
  #topics: Topic[] = [];
  #bytes = 0;

  /** @param due told when there is something to be flushed at the end of the turn */
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
    if (this.#frames.length === 0) this.#due(this);
    const frame = update.frame(this.encoding);
    this.#frames.push(frame);
    this.#topics.push(topic);
    this.#bytes += frame.length;
    if (this.#bytes > turnBytesMost) this.flush();
  }

  /** Passes on what has come. */
  flush(): void {
    if (this.#frames.length === 0) return;
    const [frames, topics] = [this.#frames, this.#topics];
    this.#frames = [];
    this.#topics = [];
    this.#bytes = 0;
    const whole = joined(frames);
    let events: Uint8Array | undefined;
    for (const client of this.clients) {
      if (client.outbox.isClear) {
        client.outbox.send(whole);
        continue;
      }
      events ??= joined(frames.filter((_, at) => topics[at]?.kind === 'events'));
      if (events.length > 0) client.outbox.send(events);
      for (const topic of topics) if (topic.kind !== 'events') client.owe(topic);
    }
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  return frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames);
}
