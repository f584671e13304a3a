import type { SignalboxError } from '../../kernel/index.ts';
import type { LinkFactory } from '../link.ts';
import { AdapterConnection } from './adapter-connection.ts';
import type { AdapterConnectionOptions, AdapterUse } from './adapter-connection.ts';

/**
 * The adapters that several links share: one connection to each, which the first link opens and the last
 * one closes. Links with the same `PrologixAdapters` and the same way to the adapter share it.
 */
export class PrologixAdapters {
  readonly #connections = new Map<string, AdapterConnection>();

  /**
   * Takes part in the connection to an adapter; it is opened by `opened()`.
   * @param failed told once when nothing more can come
   */
  join(
    adapter: LinkFactory,
    options: Pick<AdapterConnectionOptions, 'clock' | 'random'>,
    failed: (error: SignalboxError) => void,
  ): AdapterUse {
    const { address } = adapter;
    const present = this.#connections.get(address);
    if (present?.isUsable === true) return present.join(failed);
    const connection = new AdapterConnection({
      ...options,
      adapter,
      // An adapter takes one connection at a time.
      before: present?.closed ?? Promise.resolve(),
      ended: () => {
        if (this.#connections.get(address) === connection) this.#connections.delete(address);
      },
    });
    this.#connections.set(address, connection);
    return connection.join(failed);
  }
}
