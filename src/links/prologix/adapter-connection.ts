import { asSignalboxError, raceAbort, SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { LinkFactory } from '../link.ts';
import { waitAtMost } from '../wait-at-most.ts';
import { AdapterLine } from './adapter-line.ts';
import { PrologixAdapter } from './adapter.ts';
import { MarkedEnd } from './answer-lines.ts';
import { drawMark } from './read-mark.ts';

/** How long an adapter may take to be set up when its first link opens. */
export const adapterOpenMs = 4_000;

export interface AdapterConnectionOptions {
  readonly adapter: LinkFactory;
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** What has to be over before it is opened. */
  readonly before: Promise<void>;
  /** Told when it is closed for good. */
  readonly ended: () => void;
}

/** The part that one link has in the connection to an adapter. */
export interface AdapterUse {
  readonly adapter: PrologixAdapter;
  readonly line: AdapterLine;
  /** Whether other links use the adapter too. */
  readonly isShared: boolean;
  /** Resolves when the adapter is set up: by this link, or by one before. */
  opened(signal: AbortSignal, what: string): Promise<void>;
  /** The last one closes the connection. @returns whether this was the last */
  leave(error: SignalboxError): Promise<boolean>;
}

/** One connection to an adapter, for all links that have joined. */
export class AdapterConnection {
  readonly #options: AdapterConnectionOptions;
  readonly #adapter: PrologixAdapter;
  readonly #line = new AdapterLine();
  readonly #users = new Set<(error: SignalboxError) => void>();
  readonly #ending = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  #opening: Promise<void> | undefined;

  constructor(options: AdapterConnectionOptions) {
    this.#options = options;
    const { adapter, clock } = options;
    this.#adapter = new PrologixAdapter(adapter.create(), clock, (error) => void this.#end(error));
  }

  /** False from the moment in which it failed, or was closed. */
  get isUsable(): boolean {
    return !this.#ending.signal.aborted;
  }

  /** Resolves when it is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  join(failed: (error: SignalboxError) => void): AdapterUse {
    // Each link has one of its own, so that the same function may come twice.
    const tell = (error: SignalboxError): void => failed(error);
    this.#users.add(tell);
    const users = this.#users;
    return {
      adapter: this.#adapter,
      line: this.#line,
      get isShared() {
        return users.size > 1;
      },
      opened: async (signal, what) => {
        this.#opening ??= this.#open();
        await raceAbort(this.#opening, signal, what);
      },
      leave: async (error) => {
        users.delete(tell);
        if (users.size > 0) return false;
        await this.#end(error);
        return true;
      },
    };
  }

  async #open(): Promise<void> {
    const { adapter, clock, before } = this.#options;
    const { signal } = this.#ending;
    const { address } = adapter;
    try {
      await raceAbort(before, signal, `opening ${address}`);
      await this.#adapter.open(signal);
      await waitAtMost(this.#setUp(), {
        clock,
        timeoutMs: adapterOpenMs,
        signal,
        what: `opening ${address}`,
        late: () =>
          new SignalboxError(
            'LINK_TIMEOUT',
            `${address} did not answer as a Prologix adapter within ${adapterOpenMs} ms`,
            {
              details: { address },
              nextStep: 'Check that a Prologix adapter, or one that speaks as it does, is there.',
            },
          ),
      });
    } catch (error) {
      this.#adapter.fail(asSignalboxError(error));
      throw error;
    }
  }

  /**
   * The first line is a sacrifice: where an earlier user left half a message, the instrument gets both
   * and refuses them. Nothing is to be saved, since that wears the adapter's memory out; EOI goes with
   * the last byte, and no terminator is added.
   */
  async #setUp(): Promise<void> {
    const { set, ask, mark, readMs } = drawMark(Infinity, this.#options.random);
    const lines = [
      '++ver',
      '++savecfg 0',
      '++mode 1',
      '++auto 0',
      '++eoi 1',
      '++eos 3',
      '++eot_enable 1',
      ...set,
      ...ask,
    ];
    await this.#adapter.exchange(undefined, lines, readMs, new MarkedEnd(mark));
    await this.#adapter.ask(undefined, []);
  }

  async #end(error: SignalboxError): Promise<void> {
    if (!this.#ending.signal.aborted) {
      this.#ending.abort(error);
      this.#line.fail(error);
      for (const tell of this.#users) tell(error);
      await this.#adapter.close(error);
      this.#options.ended();
      this.#closed.resolve();
    }
    await this.#closed.promise;
  }
}
