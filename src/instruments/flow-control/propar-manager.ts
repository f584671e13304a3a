import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { ProparInstrument } from './propar-instrument.ts';
import { ProparMaster } from './propar-master.ts';
import type { ProparMasterOptions, SharedBus } from './propar-master.ts';
import { usbStatisticsOf, usbStatisticsText } from './usb-statistics.ts';
import type { UsbStatistics } from './usb-statistics.ts';

/** So many instruments are kept; then a further one is refused, for its program must be running wild. */
export const sharedInstrumentsMost = 4_096;

export interface ProparManagerOptions extends ProparMasterOptions {
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Gives every part of a program the same instrument for the same port, address and channel. */
export class ProparManager implements AsyncDisposable {
  readonly #options: ProparManagerOptions;
  readonly #masters = new Map<string, ProparMaster>();
  readonly #instruments = new Map<string, ProparInstrument>();

  constructor(options: ProparManagerOptions = {}) {
    this.#options = options;
  }

  /** Uses a port that exists already, under a name, instead of opening a line of that path. */
  share(port: string, bus: SharedBus): void {
    if (this.#masters.has(port)) {
      throw new SignalboxError('BAD_ARGUMENT', `port ${port} is in use already`);
    }
    this.#masters.set(port, new ProparMaster(bus, this.#options));
  }

  /**
   * The instrument of a port, an address and a channel: always the same one.
   * @throws BAD_ARGUMENT for an address or channel that no instrument has
   */
  getSharedInstrument(port: string, address: number, channel: number = 1): ProparInstrument {
    const key = `${port}:${address}:${channel}`;
    const known = this.#instruments.get(key);
    if (known !== undefined) return known;
    if (this.#instruments.size >= sharedInstrumentsMost) {
      throw new SignalboxError(
        'QUEUE_FULL',
        `${sharedInstrumentsMost} instruments are shared; ${key} would be one more`,
      );
    }
    const isNew = !this.#masters.has(port);
    const master = this.#masters.get(port) ?? new ProparMaster(port, this.#options);
    try {
      const instrument = new ProparInstrument(master, address, { channel });
      this.#instruments.set(key, instrument);
      this.#masters.set(port, master);
      return instrument;
    } catch (error) {
      if (isNew) void master.stop();
      throw error;
    }
  }

  /** What was done on each port. */
  getUsbStatistics(): Record<string, UsbStatistics> {
    return Object.fromEntries(
      Array.from(this.#masters, ([name, { port }]) => [name, usbStatisticsOf(port.statistics())]),
    );
  }

  /**
   * The same for people.
   * @param print takes the text. @default standard output
   */
  printUsbStatistics(print: (text: string) => void = (text) => process.stdout.write(text)): void {
    print(usbStatisticsText(this.getUsbStatistics(), this.#options.clock ?? systemClock));
  }

  get_shared_instrument(port: string, address: number, channel: number = 1): ProparInstrument {
    return this.getSharedInstrument(port, address, channel);
  }

  get_usb_statistics(): Record<string, UsbStatistics> {
    return this.getUsbStatistics();
  }

  print_usb_statistics(print?: (text: string) => void): void {
    this.printUsbStatistics(print);
  }

  /** Closes the lines that it opened. */
  async close(): Promise<void> {
    this.#instruments.clear();
    const masters = Array.from(this.#masters.values());
    this.#masters.clear();
    await Promise.all(masters.map(async (master) => master.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
