import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { LinkFactory } from '../../links/index.ts';
import { Port } from '../../ports/index.ts';
import type { ProparMode } from '../../protocols/index.ts';
import { ProparWire } from '../drivers/bronkhorst/propar-wire.ts';
import { LineMonitor } from './line-monitor.ts';
import type { BroadcastListener, DumpLevel, Print } from './line-monitor.ts';
import { PP_MODE } from './propar-constants.ts';
import { sumOf, usbStatisticsOf } from './usb-statistics.ts';
import type { UsbStatistics } from './usb-statistics.ts';
import { watchedLine } from './watched-link.ts';
import type { LineWatcher } from './watched-link.ts';

/** So long a change of the line waits for requests in line while it is being opened. */
const openLongestMs = 5_000;

/** A port, with the wire that owns its sequence numbers. */
export interface SharedBus {
  readonly port: Port;
  readonly wire: ProparWire;
}

/** Makes the links of a line: what the maker's library takes as its serial class. */
export type SerialClass = (comport: string, baudrate: number) => LinkFactory;

export interface ProparProviderOptions {
  readonly comport: string;
  readonly baudrate: number;
  readonly mode: ProparMode;
  readonly serialClass: SerialClass;
  readonly print: Print;
}

/** The line of a master: what the maker's library has as `master.propar`. */
export class ProparProvider implements LineWatcher {
  /** Whether a line that was lost is opened again by itself. */
  auto_reopen = true;
  readonly #options: ProparProviderOptions;
  readonly #monitor: LineMonitor;
  #baudrate: number;
  #mode: ProparMode;
  #bus: SharedBus;
  /** Ports that finish what was in line when the line was set otherwise. */
  readonly #leaving = new Set<Port>();
  #past: readonly UsbStatistics[] = [];
  #settled: Promise<void> = Promise.resolve();
  #openCount = 0;
  #hasOpened = false;
  #isStopped = false;

  /** @throws BAD_ARGUMENT for a baud rate that no serial line has */
  constructor(options: ProparProviderOptions) {
    this.#options = options;
    this.#monitor = new LineMonitor(options.print);
    this.#baudrate = options.baudrate;
    this.#mode = options.mode;
    this.#bus = this.#makeBus();
    this.#bus.port.open();
  }

  get bus(): SharedBus {
    return this.#bus;
  }

  get baudrate(): number {
    return this.#baudrate;
  }

  /** How often the line has been opened. */
  get open_count(): number {
    return this.#openCount;
  }

  /** Prints each message that is sent, and what is received, as bytes. */
  get debug(): boolean {
    return this.#monitor.debug;
  }

  set debug(isOn: boolean) {
    this.#monitor.debug = isOn;
  }

  /** As {@link DumpLevel}. @throws BAD_ARGUMENT for another level */
  get dump(): DumpLevel {
    return this.#monitor.dump;
  }

  set dump(level: DumpLevel) {
    if (level !== 0 && level !== 1 && level !== 2) {
      throw new SignalboxError('BAD_ARGUMENT', `${String(level)} is no dump level; 0, 1 and 2 are`);
    }
    this.#monitor.dump = level;
  }

  /** Who is told of values that nobody asked for, from now on. */
  listen(listener: BroadcastListener | undefined): void {
    this.#monitor.onBroadcast = listener;
  }

  /** {@link PP_MODE}. Set, it counts for what is asked from then on. */
  get mode(): number {
    return this.#mode === 'binary' ? PP_MODE.BINARY : PP_MODE.ASCII;
  }

  set mode(mode: number) {
    if (mode !== PP_MODE.BINARY && mode !== PP_MODE.ASCII) {
      throw new SignalboxError('BAD_ARGUMENT', `${mode} is no ProPar mode; there are 0 and 1`);
    }
    if (mode === this.mode) return;
    this.#mode = mode === PP_MODE.BINARY ? 'binary' : 'ascii';
    void this.#renew();
  }

  /**
   * What is in line goes on at the old rate, what is asked from now on waits for the new one.
   * @throws BAD_ARGUMENT for one that no serial line has
   */
  async setBaudrate(baudrate: number): Promise<void> {
    this.#options.serialClass(this.#options.comport, baudrate);
    this.#baudrate = baudrate;
    await this.#renew();
  }

  start(): void {
    this.#isStopped = false;
    this.#hasOpened = false;
    this.#bus.port.open();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#settled;
    await this.#bus.port.close();
  }

  /** All that was done on the line, however it was set. */
  statistics(): UsbStatistics {
    const ports = [...this.#leaving, this.#bus.port];
    return sumOf([...this.#past, ...ports.map((port) => usbStatisticsOf(port.statistics()))]);
  }

  opening(): void {
    if (this.auto_reopen || !this.#hasOpened) return;
    throw new SignalboxError(
      'LINK_COMMUNICATION',
      `${this.#options.comport} was lost, and auto_reopen is off`,
      { nextStep: 'Call `start()`, or turn auto_reopen on.' },
    );
  }

  opened(): void {
    this.#openCount += 1;
    this.#hasOpened = true;
    this.#monitor.begin(this.#mode);
  }

  sent(data: Uint8Array): void {
    this.#monitor.sent(data);
  }

  received(data: Uint8Array): void {
    this.#monitor.received(data);
  }

  /** Goes on with a port of the new settings. The device is opened once the old one lets go of it. */
  async #renew(): Promise<void> {
    const before = this.#bus.port;
    const { port } = (this.#bus = this.#makeBus());
    this.#leaving.add(before);
    this.#settled = this.#settled.then(async () => {
      await whenOpen(before);
      await before.drain();
      this.#past = [sumOf([...this.#past, usbStatisticsOf(before.statistics())])];
      this.#leaving.delete(before);
      this.#hasOpened = false;
      if (!this.#isStopped && port === this.#bus.port) port.open();
    });
    await this.#settled;
  }

  #makeBus(): SharedBus {
    const { comport, serialClass } = this.#options;
    const wire = new ProparWire({ mode: this.#mode });
    const link = watchedLine(serialClass(comport, this.#baudrate), this);
    return {
      wire,
      port: new Port({ name: comport, link, resynchronization: wire.resynchronization }),
    };
  }
}

/** Waits for a port that is still being opened, when somebody waits at it. */
async function whenOpen(port: Port): Promise<void> {
  const { state, queue } = port.status();
  if (state === 'open' || queue.length === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.schedule(openLongestMs, resolve);
  using _listener = port.events.on('state', (now) => {
    if (now.state !== 'opening') resolve();
  });
  await promise;
  timer.cancel();
}

/** For whoever asks for a line that is not the master's own. */
export function notOwnLine(comport: string): SignalboxError {
  return new SignalboxError(
    'BAD_ARGUMENT',
    `the line of ${comport} belongs to who made its port: so do its bytes and settings`,
  );
}
