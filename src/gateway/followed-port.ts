import type { Instrument } from '../instruments/index.ts';
import type { Port } from '../ports/index.ts';
import type { Alerts } from '../telemetry/index.ts';

/**
 * Tells alerts how a port is, and with it the instruments on it. What has only begun to open says
 * nothing; a port that was released on purpose is nothing to be told of.
 */
export class FollowedPort implements Disposable {
  readonly #port: Port;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #alerts: Alerts;
  readonly #listening = new DisposableStack();

  constructor(port: Port, instruments: ReadonlyMap<string, Instrument>, alerts: Alerts) {
    this.#port = port;
    this.#instruments = instruments;
    this.#alerts = alerts;
    this.#listening.use(port.events.on('state', () => this.tell()));
    this.#listening.use(port.events.on('circuit', () => this.tell()));
    this.tell();
  }

  /** How it is now. */
  tell(): void {
    const { name, state, reason, circuits } = this.#port.status();
    if (state === 'opening' || state === 'closed') return;
    const isUsable = state === 'open' || state === 'released';
    const because = reason === undefined ? '' : `: ${reason}`;
    const why = isUsable ? undefined : `port ${name} is ${state}${because}`;
    this.#alerts.tell('port', name, why);
    for (const { name: instrument, driver, port } of this.#instruments.values()) {
      if (port !== this.#port) continue;
      const { scope } = driver;
      const isSilent = scope !== undefined && circuits[scope]?.state === 'offline';
      const silent = isSilent ? `${scope} of port ${name} does not answer` : undefined;
      this.#alerts.tell('instrument', instrument, why ?? silent);
    }
  }

  [Symbol.dispose](): void {
    this.#listening.dispose();
  }
}
