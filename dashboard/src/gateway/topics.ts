import { effect } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import type { SignalboxClient } from '../../../src/client/index.ts';

type Told = (data: unknown, topic: string) => void;
type Subscription = ReturnType<SignalboxClient['subscribe']>;

/**
 * What is followed of the hub, over one connection for the whole page: a topic is subscribed to while
 * somebody follows it, and told of by its updates and snapshots alike.
 */
export class Topics implements Disposable {
  readonly #followed = new Map<string, Set<Told>>();
  readonly #stop: () => void;
  readonly #connection: () => void;
  #subscription: Subscription | undefined;
  #client: SignalboxClient | undefined;

  /**
   * @param client another one after a token was entered
   * @param connection called when the connection has broken, is there again, or was refused
   */
  constructor(client: ReadonlySignal<SignalboxClient>, connection: () => void) {
    this.#connection = connection;
    this.#stop = effect(() => this.#use(client.value));
  }

  /**
   * Tells what comes on a topic: `values.dmm`, `values.*`, `alerts`.
   * @returns ends it
   */
  follow(topic: string, told: Told): () => void {
    let all = this.#followed.get(topic);
    if (all === undefined) {
      all = new Set();
      this.#followed.set(topic, all);
      if (this.#subscription === undefined) this.#open();
      else this.#subscription.add([topic]);
    }
    all.add(told);
    return () => {
      if (!all.delete(told) || all.size > 0) return;
      if (this.#followed.get(topic) !== all) return;
      this.#followed.delete(topic);
      this.#subscription?.remove([topic]);
    };
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#subscription?.close();
  }

  #use(client: SignalboxClient): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#client = client;
    this.#open();
  }

  /** Only when there is something to follow: a page without live values needs no connection. */
  #open(): void {
    if (this.#followed.size === 0) return;
    const tell = (topic: string, data: unknown): void => {
      if (data !== null) this.#tell(topic, data);
    };
    this.#subscription = this.#client?.subscribe([...this.#followed.keys()], {
      update: ({ topic, data }) => tell(topic, data),
      snapshot: ({ topic, data }) => tell(topic, data),
      connection: this.#connection,
      failed: this.#connection,
    });
  }

  #tell(topic: string, data: unknown): void {
    for (const [pattern, all] of this.#followed) {
      if (!fits(topic, pattern)) continue;
      for (const told of all) told(data, topic);
    }
  }
}

/** Whether a topic is one of a pattern: `*` is one word, `>` all that follow. */
export function fits(topic: string, pattern: string): boolean {
  if (topic === pattern) return true;
  const words = topic.split('.');
  const wanted = pattern.split('.');
  for (const [index, word] of wanted.entries()) {
    if (word === '>') return words.length > index;
    if (words[index] === undefined || (word !== '*' && word !== words[index])) return false;
  }
  return words.length === wanted.length;
}
