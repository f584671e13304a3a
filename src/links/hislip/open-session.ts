import { asSignalboxError, raceAbort } from '../../kernel/index.ts';
import type { Clock, SignalboxError } from '../../kernel/index.ts';
import { HislipClientOpening, hislipMessageBytesDefault } from '../../protocols/index.ts';
import type { HislipChannel, HislipEvent, HislipOpeningStep } from '../../protocols/index.ts';
import { BoundedWait } from '../bounded-wait.ts';
import { connectSocket } from '../tcp/connect-socket.ts';
import { atAddress, closedByServer, notHislip, serverError, tookTooLong } from './hislip-errors.ts';
import { HislipSession } from './hislip-session.ts';
import { HislipSocket } from './hislip-socket.ts';
import type { HislipEar } from './hislip-socket.ts';

/** A server that has not opened the session by then does not. */
export const hislipOpeningMs = 10_000;

export interface OpenSessionOptions {
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** The sub-address. */
  readonly device: string;
  readonly clock: Clock;
  readonly signals: readonly AbortSignal[];
  /** Told of each service request. */
  readonly requested: () => void;
}

/**
 * Makes both connections and opens a session over them. IVI-6.1, sections 6.1 and 6.10.
 * @throws LINK_COMMUNICATION, LINK_PROTOCOL, LINK_TIMEOUT, INSTRUMENT_ERROR, CANCELLED
 */
export async function openSession(options: OpenSessionOptions): Promise<HislipSession> {
  const { address, clock, signals } = options;
  const what = `opening ${address}`;
  const late = () => tookTooLong(address, 'opening a session', hislipOpeningMs);
  using wait = new BoundedWait({ clock, timeoutMs: hislipOpeningMs, signals, what, late });
  const opening = new Opening(options, wait.signal);
  try {
    await opening.start();
    return await raceAbort(opening.opened.promise, wait.signal, what);
  } catch (error) {
    opening.abandon();
    throw asSignalboxError(error);
  }
}

/** A session up to where it can be used; then everything goes to that. */
class Opening implements HislipEar {
  readonly opened: PromiseWithResolvers<HislipSession> = Promise.withResolvers();
  readonly #options: OpenSessionOptions;
  readonly #signal: AbortSignal;
  readonly #steps: HislipClientOpening;
  readonly #sockets: Partial<Record<HislipChannel, HislipSocket>> = {};
  #session: HislipSession | undefined;
  #isAbandoned = false;

  constructor(options: OpenSessionOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const messageBytesMost = hislipMessageBytesDefault;
    this.#steps = new HislipClientOpening({ subAddress: options.device, messageBytesMost });
    // Whoever waits hears of it; nobody does while the connection is being made.
    this.opened.promise.catch(() => {});
  }

  async start(): Promise<void> {
    (await this.#connect('synchronous')).say(this.#steps.start());
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#session?.fail(closedByServer(this.#options.address));
    for (const socket of Object.values(this.#sockets)) socket.destroy();
  }

  hear(channel: HislipChannel, events: readonly HislipEvent[]): void {
    for (const [at, event] of events.entries()) {
      if (this.#session !== undefined) {
        this.#session.hear(channel, events.slice(at));
        return;
      }
      this.#take(event);
    }
  }

  ended(error: SignalboxError | undefined): void {
    if (this.#session !== undefined) this.#session.ended(error);
    else this.opened.reject(error ?? closedByServer(this.#options.address));
  }

  #take(event: HislipEvent): void {
    const { address } = this.#options;
    if (event.kind !== 'message') {
      const reason = 'reason' in event ? event.reason : 'the server sent data before the opening';
      this.opened.reject(notHislip(address, reason));
      return;
    }
    const { message } = event;
    if (message.type === 'FatalError' || message.type === 'Error') {
      this.opened.reject(serverError(address, message));
      return;
    }
    try {
      void this.#go(this.#steps.take(message));
    } catch (error) {
      this.opened.reject(atAddress(address, asSignalboxError(error)));
    }
  }

  /** Never rejects. */
  async #go(step: HislipOpeningStep): Promise<void> {
    const { synchronous, asynchronous } = this.#sockets;
    if (step.kind === 'send') {
      try {
        (this.#sockets[step.on] ?? (await this.#connect(step.on))).say(step.message);
      } catch (error) {
        this.opened.reject(error);
      }
    } else if (synchronous !== undefined && asynchronous !== undefined) {
      const { address, clock, requested } = this.#options;
      const sockets = { synchronous, asynchronous };
      this.#session = new HislipSession({
        address,
        clock,
        requested,
        sockets,
        opened: step.session,
      });
      this.opened.resolve(this.#session);
    }
  }

  async #connect(channel: HislipChannel): Promise<HislipSocket> {
    const { host, port, address } = this.#options;
    const made = await connectSocket({ host, port, address, signals: [this.#signal] });
    const socket = new HislipSocket(made, channel, address, this);
    this.#sockets[channel] = socket;
    if (this.#isAbandoned) socket.destroy();
    return socket;
  }
}
