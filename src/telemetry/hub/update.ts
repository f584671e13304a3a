import type { Encoding } from './encoding.ts';

/** What is published: a plain object, or what makes it once somebody wants it. */
export type Published = object | (() => object);

/** One thing that was published on a topic. What it looks like on the wire is made once, for all. */
export class Update {
  readonly topic: string;
  /** Counts up by one with each update of the topic. */
  readonly sequence: number;
  /** Counts up by one with each update of any topic. */
  readonly position: number;
  /** Whether it is one of events, each of which matters. */
  readonly isEvent: boolean;
  readonly #published: Published;
  #data: object | undefined;
  #json: string | undefined;
  #frames: Map<Encoding, Uint8Array> | undefined;

  constructor(
    topic: string,
    sequence: number,
    position: number,
    isEvent: boolean,
    published: Published,
  ) {
    this.topic = topic;
    this.sequence = sequence;
    this.position = position;
    this.isEvent = isEvent;
    this.#published = published;
  }

  get data(): object {
    const published = this.#published;
    this.#data ??= typeof published === 'function' ? (published as () => object)() : published;
    return this.#data;
  }

  /** The data as JSON; always an object. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.data));
  }

  /** As clients of one kind get it; made once. */
  frame(encoding: Encoding): Uint8Array {
    this.#frames ??= new Map();
    let frame = this.#frames.get(encoding);
    if (frame === undefined) {
      frame = encoding.update(this);
      this.#frames.set(encoding, frame);
    }
    return frame;
  }

  /** Everybody who listens has it: what was made for them need not be kept beside the data. */
  settle(): void {
    this.#frames = undefined;
    this.#json = undefined;
  }
}
