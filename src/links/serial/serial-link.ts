import { SignalboxError, throwIfCancelled } from '../../kernel/index.ts';
import { DuplexConnection } from '../duplex-connection.ts';
import type { Chunk, Link, LinkFactory, SerialLines } from '../link.ts';
import { hasLibc } from '../linux/libc.ts';
import { checkFree } from './port-busy.ts';
import type { SerialDevice } from './serial-device.ts';
import { serialSettings } from './serial-settings.ts';
import type { SerialSettings } from './serial-settings.ts';

/** What opens the device: the event loop's own tty handle (Linux), or the npm package serialport. */
export type SerialBackend = 'tty' | 'serialport';

export interface SerialLinkOptions extends Partial<SerialSettings> {
  /** `/dev/ttyUSB0`, `/dev/serial/by-id/…` (looked up again at each opening), `COM3`. */
  readonly path: string;
  /** Lines to set when the port opens. @default left as the driver has them */
  readonly lines?: SerialLines;
  /** @default 'tty' where it works, else 'serialport' */
  readonly backend?: SerialBackend;
}

/** A serial line, held for ourselves alone. */
export class SerialLink implements Link {
  readonly kind = 'stream';
  readonly address: string;
  readonly #options: SerialLinkOptions;
  readonly #settings: SerialSettings;
  #device: SerialDevice | undefined;
  #connection: DuplexConnection | undefined;
  #closed = false;

  /** @throws BAD_ARGUMENT for settings that no serial line has */
  constructor(options: SerialLinkOptions) {
    this.#options = options;
    this.#settings = serialSettings(options);
    this.address = options.path;
  }

  async open(signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal, `opening ${this.address}`);
    await checkFree(this.#options.path, this.address, signal);
    const device = await openDevice(this.#options, this.#settings);
    this.#device = device;
    this.#connection = new DuplexConnection(device.stream, {
      address: this.address,
      medium: 'device',
      whenFull: 'fail',
    });
    try {
      if (this.#closed) throw this.#notOpen();
      throwIfCancelled(signal, `opening ${this.address}`);
      const { lines } = this.#options;
      if (lines !== undefined) await device.setLines(lines);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  write(
    data: Uint8Array,
    options: { end: boolean; signal: AbortSignal },
  ): Promise<void> | undefined {
    if (this.#connection === undefined) return Promise.reject(this.#notOpen());
    return this.#connection.write(data, options.signal);
  }

  read(signal: AbortSignal): Promise<Chunk> {
    return this.#connection?.read(signal) ?? Promise.reject(this.#notOpen());
  }

  async setLines(lines: SerialLines): Promise<void> {
    this.#open();
    await this.#device?.setLines(lines);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const released = this.#device?.release();
    await this.#connection?.close();
    await released;
  }

  #open(): DuplexConnection {
    if (this.#connection === undefined) throw this.#notOpen();
    return this.#connection;
  }

  #notOpen(): SignalboxError {
    return new SignalboxError('LINK_COMMUNICATION', `${this.address} is not open`, {
      details: { address: this.address },
    });
  }
}

/**
 * Makes serial links for a port.
 * @throws BAD_ARGUMENT at once for settings that no serial line has
 */
export function serialLinkFactory(options: SerialLinkOptions): LinkFactory {
  serialSettings(options);
  return { address: options.path, kind: 'stream', create: () => new SerialLink(options) };
}

async function openDevice(
  { path, backend }: SerialLinkOptions,
  settings: SerialSettings,
): Promise<SerialDevice> {
  if ((backend ?? (hasLibc ? 'tty' : 'serialport')) === 'tty') {
    const { TtyDevice } = await import('./tty.ts');
    return await TtyDevice.open(path, settings, path);
  }
  const { SerialportDevice } = await import('./serialport.ts');
  return await SerialportDevice.open(path, settings, path);
}
