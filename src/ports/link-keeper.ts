import { asSignalboxError, BackOff, hasCode, raceAbort, SignalboxError } from '../kernel/index.ts';
import type { Clock, Timer } from '../kernel/index.ts';
import type { Link, LinkFactory } from '../links/index.ts';
import { Wire } from './wire.ts';
import type { Traffic, WireListener } from './wire.ts';

/** How long one attempt to open a link may take. */
export const openTimeoutMs = 5_000;
/** The longest pause between two attempts to open a link that is gone. There is no last attempt. */
export const reopenLongestMs = 1_000;
/** The pause before the first attempt to open it again. */
export const reopenFirstMs = 50;

/**
 * Where the link stands. `recovering`: it broke and is being opened again. `absent`: the device is
 * not there, or somebody else holds it; tried again without end. `released`: handed to another
 * program on purpose.
 */
export type LinkState = 'closed' | 'opening' | 'open' | 'recovering' | 'absent' | 'released';

/** What the keeper tells its port. */
export interface LinkKeeperListener {
  readonly traffic: Traffic;
  changed(state: LinkState, reason: SignalboxError | undefined): void;
  /** The link broke, or could not be opened. The same failure of each new attempt is told once. */
  failed(error: SignalboxError): void;
  quarantined(data: Uint8Array, reason: string): void;
  /** The instrument asks for service. */
  serviceRequested(): void;
}

/** Keeps one link open: opens it, opens it again when it breaks, and never gives up. */
export class LinkKeeper {
  readonly #factory: LinkFactory;
  readonly #clock: Clock;
  readonly #listener: LinkKeeperListener;
  readonly #backOff = new BackOff({ firstMs: reopenFirstMs, longestMs: reopenLongestMs });
  #state: LinkState = 'closed';
  #reason: SignalboxError | undefined;
  /** When the state began, ms since 1970. */
  #sinceMs: number;
  #wire: Wire | undefined;
  /** The end of the wire that was dropped last. */
  #dropping: Promise<void> | undefined;
  #timer: Timer | undefined;
  /** Monotonic; when the timer is due. */
  #nextTryAtMs: number | undefined;
  /** Whether it is to be open. */
  #isWanted = false;
  #opening: { readonly cancel: AbortController; readonly done: Promise<void> } | undefined;
  #reconnects = 0;
  #openedOnce = false;
  /** Monotonic; when the open wire was opened. */
  #openedMs = 0;
  /** How many in a row broke soon, and before one byte had come. */
  #uselessWires = 0;

  constructor(factory: LinkFactory, clock: Clock, listener: LinkKeeperListener) {
    this.#factory = factory;
    this.#clock = clock;
    this.#listener = listener;
    this.#sinceMs = clock.now();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why the link is not open. */
  get reason(): SignalboxError | undefined {
    return this.#reason;
  }

  /** Since when it is in this state, ms since 1970. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** In how many ms it is tried again; undefined when it is being tried, or is not to be. */
  get nextTryInMs(): number | undefined {
    if (this.#nextTryAtMs === undefined || this.#wire !== undefined) return undefined;
    return Math.max(0, this.#nextTryAtMs - this.#clock.monotonic());
  }

  /** The open wire, if there is one. */
  get wire(): Wire | undefined {
    return this.#wire;
  }

  /** How often the link came back after it had broken. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Starts to open the link; returns at once. */
  open(): void {
    this.#isWanted = true;
    this.#nextTryAtMs = undefined;
    if (this.#wire !== undefined || this.#opening !== undefined) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#state === 'closed' || this.#state === 'released') this.#change('opening', undefined);
    const cancel = new AbortController();
    this.#opening = { cancel, done: this.#tryOpen(cancel) };
  }

  /** Closes the wire that is open and opens a new one. */
  async reopen(reason: SignalboxError): Promise<void> {
    await this.#drop(reason, 'recovering');
    // It may have been closed while the old wire ended.
    if (this.#isWanted) this.open();
  }

  /** Closes the link and leaves it closed, until `open()`. */
  async close(state: 'closed' | 'released', reason: SignalboxError): Promise<void> {
    this.#isWanted = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#nextTryAtMs = undefined;
    const opening = this.#opening;
    opening?.cancel.abort(reason);
    await opening?.done;
    await this.#drop(reason, state);
    await this.#dropping;
    if (this.#state !== state) this.#change(state, reason);
  }

  async #drop(reason: SignalboxError, state: LinkState): Promise<void> {
    const wire = this.#wire;
    if (wire === undefined) return;
    this.#wire = undefined;
    this.#dropping = wire.close(reason);
    this.#change(state, reason);
    await this.#dropping;
  }

  async #tryOpen(cancel: AbortController): Promise<void> {
    const link = this.#factory.create();
    const timer = this.#clock.schedule(openTimeoutMs, () =>
      cancel.abort(
        new SignalboxError(
          'LINK_TIMEOUT',
          `${link.address} could not be opened within ${openTimeoutMs} ms`,
          { details: { address: link.address, openTimeoutMs } },
        ),
      ),
    );
    let failure: SignalboxError | undefined;
    try {
      await link.open(cancel.signal);
      cancel.signal.throwIfAborted();
      if (this.#openedOnce) await this.#clear(link, cancel.signal);
    } catch (error) {
      failure = asSignalboxError(error);
      await link.close();
    } finally {
      timer.cancel();
      this.#opening = undefined;
    }
    if (failure === undefined) this.#opened(new Wire(link, this.#clock, this.#wireListener()));
    else if (cancel.signal.aborted && this.#isLeaving(cancel.signal)) return;
    else this.#failed(failure);
  }

  /**
   * What was left on the link before goes to nobody. An instrument that knows no device clear is used
   * without.
   */
  async #clear(link: Link, signal: AbortSignal): Promise<void> {
    if (link.clear === undefined) return;
    try {
      await raceAbort(link.clear(signal), signal, `a device clear of ${link.address}`);
    } catch (error) {
      if (!hasCode(error, 'INSTRUMENT_ERROR')) throw error;
      this.#listener.failed(asSignalboxError(error));
    }
  }

  #isLeaving(signal: AbortSignal): boolean {
    const reason = asSignalboxError(signal.reason);
    return reason.code === 'CLOSED' || reason.code === 'PORT_RELEASED';
  }

  #wireListener(): WireListener {
    return {
      traffic: this.#listener.traffic,
      serviceRequested: () => this.#listener.serviceRequested(),
      quarantined: (data, reason) => this.#listener.quarantined(data, reason),
      broken: (error) => {
        this.#listener.failed(error);
        void this.#comeBack(error);
      },
    };
  }

  /**
   * At once, unless this wire and the one before were of no use: a server that turns each client away
   * is not to be asked without a pause.
   */
  async #comeBack(reason: SignalboxError): Promise<void> {
    const livedMs = this.#clock.monotonic() - this.#openedMs;
    if ((this.#wire?.arrivals ?? 0) > 0 || livedMs > reopenLongestMs) {
      this.#uselessWires = 0;
      this.#backOff.reset();
    } else this.#uselessWires += 1;
    if (this.#uselessWires <= 1) {
      await this.reopen(reason);
      return;
    }
    this.#later();
    await this.#drop(reason, 'recovering');
  }

  #later(): void {
    this.#timer?.cancel();
    const delayMs = this.#backOff.nextMs();
    this.#nextTryAtMs = this.#clock.monotonic() + delayMs;
    this.#timer = this.#clock.schedule(delayMs, () => this.open());
  }

  #opened(wire: Wire): void {
    this.#wire = wire;
    this.#openedMs = this.#clock.monotonic();
    if (this.#openedOnce) this.#reconnects += 1;
    this.#openedOnce = true;
    this.#change('open', undefined);
  }

  #failed(failure: SignalboxError): void {
    if (failure.message !== this.#reason?.message) this.#listener.failed(failure);
    const absent = failure.code === 'PORT_ABSENT' || failure.code === 'PORT_BUSY';
    this.#change(absent ? 'absent' : 'recovering', failure);
    this.#later();
  }

  #change(state: LinkState, reason: SignalboxError | undefined): void {
    // The same failure of each new attempt is no news.
    const isNews = state !== this.#state || reason?.message !== this.#reason?.message;
    if (state !== this.#state) this.#sinceMs = this.#clock.now();
    this.#state = state;
    this.#reason = reason;
    if (!isNews) return;
    this.#listener.changed(state, reason);
  }
}
