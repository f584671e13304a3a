import type { Chunk, Link, LinkFactory } from '../../links/index.ts';

/** Who is told what goes over a line. */
export interface LineWatcher {
  /** Asked before each opening. @throws why it may not be opened */
  opening(): void;
  opened(): void;
  sent(data: Uint8Array): void;
  received(data: Uint8Array): void;
}

/** The same line, with somebody who watches it. */
export function watchedLine(line: LinkFactory, watcher: LineWatcher): LinkFactory {
  const { address, kind } = line;
  return { address, kind, create: () => new WatchedLink(line.create(), watcher) };
}

class WatchedLink implements Link {
  readonly #link: Link;
  readonly #watcher: LineWatcher;

  constructor(link: Link, watcher: LineWatcher) {
    this.#link = link;
    this.#watcher = watcher;
  }

  get address(): string {
    return this.#link.address;
  }

  get kind(): Link['kind'] {
    return this.#link.kind;
  }

  async open(signal: AbortSignal): Promise<void> {
    this.#watcher.opening();
    await this.#link.open(signal);
    this.#watcher.opened();
  }

  async write(data: Uint8Array, options: { end: boolean; signal: AbortSignal }): Promise<void> {
    this.#watcher.sent(data);
    await this.#link.write(data, options);
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    const chunk = await this.#link.read(signal);
    this.#watcher.received(chunk.data);
    return chunk;
  }

  async close(): Promise<void> {
    await this.#link.close();
  }
}
