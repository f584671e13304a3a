import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { ProparInstrument } from './propar-instrument.ts';
import { ProparMaster } from './propar-master.ts';
import type { ProparMasterOptions } from './propar-master.ts';
import type { SharedBus } from './propar-provider.ts';
import { borrowMaster, returnMaster } from './shared-masters.ts';
import { usbStatisticsText } from './usb-statistics.ts';
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
    const own = this.#masters.get(port);
    const master = own ?? borrowMaster(port, this.#options);
    try {
      const instrument = new ProparInstrument(master, address, { channel });
      this.#instruments.set(key, instrument);
      this.#masters.set(port, master);
      return instrument;
    } catch (error) {
      if (own === undefined) void returnMaster(master);
      throw error;
    }
  }

  /** What was done on each port. */
  getUsbStatistics(): Record<string, UsbStatistics> {
    return Object.fromEntries(
      Array.from(this.#masters, ([name, master]) => [name, master.usbStatistics()]),
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

  /** Closes the lines that it opened and nobody else in this program uses. */
  async close(): Promise<void> {
    this.#instruments.clear();
    const masters = Array.from(this.#masters.values());
    this.#masters.clear();
    await Promise.all(masters.map(returnMaster));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
