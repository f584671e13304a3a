import { promisify } from 'node:util';
import type * as serialport from 'serialport';
import { SignalboxError } from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';
import type { SerialLines } from '../link.ts';
import { portBusyError } from './port-busy.ts';
import type { SerialDevice } from './serial-device.ts';
import type { SerialSettings } from './serial-settings.ts';

type Library = typeof serialport;
type LibraryPort = serialport.SerialPort;

/** A serial line through the npm package `serialport`: macOS, Windows, and Linux elsewhere. */
export class SerialportDevice implements SerialDevice {
  readonly stream: LibraryPort;
  readonly #address: string;
  #released: Promise<void> | undefined;

  private constructor(stream: LibraryPort, address: string) {
    this.stream = stream;
    this.#address = address;
  }

  /** @throws PORT_BUSY, PORT_ABSENT, LINK_USB, LINK_COMMUNICATION */
  static async open(
    path: string,
    settings: SerialSettings,
    address: string,
  ): Promise<SerialportDevice> {
    const { SerialPort } = await load();
    const { baudRate, dataBits, stopBits, parity, flowControl } = settings;
    const soft = flowControl === 'xon-xoff';
    const stream = new SerialPort({
      path,
      baudRate,
      dataBits,
      stopBits,
      parity,
      rtscts: flowControl === 'rts-cts',
      xon: soft,
      xoff: soft,
      hupcl: false,
      lock: true,
      autoOpen: false,
    });
    try {
      await promisify(stream.open.bind(stream))();
    } catch (error) {
      if (isBusy(error)) throw await portBusyError(path, address);
      throw classifyLinkError(error, address);
    }
    return new SerialportDevice(stream, address);
  }

  async setLines({ dtr, rts, break: breaking }: SerialLines): Promise<void> {
    const lines = {
      ...(dtr === undefined ? {} : { dtr }),
      ...(rts === undefined ? {} : { rts }),
      ...(breaking === undefined ? {} : { brk: breaking }),
    };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.stream.set(lines, (error) => {
      if (error === null) resolve();
      else reject(classifyLinkError(error, this.#address));
    });
    await promise;
  }

  async release(): Promise<void> {
    this.#released ??= this.#close();
    await this.#released;
  }

  /** The library keeps the device open when its stream is destroyed, and with it its lock. */
  async #close(): Promise<void> {
    if (!this.stream.isOpen) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A device that fails while it is closed is gone all the same.
    this.stream.close(() => resolve());
    await promise;
  }
}

async function load(): Promise<Library> {
  try {
    return await import('serialport');
  } catch (error) {
    throw new SignalboxError('LINK_COMMUNICATION', 'the package serialport is not installed', {
      nextStep: 'Install it with `npm install serialport`, or connect over TCP.',
      cause: error,
    });
  }
}

/** How the library words a lock or an exclusive device on Linux, macOS and Windows. */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && /cannot lock port|resource busy|access denied/i.test(error.message)
  );
}
