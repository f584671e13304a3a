import { SignalboxError, throwIfCancelled } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { formatVisaResource } from '../../protocols/index.ts';
import type { UsbAddress } from '../../protocols/index.ts';
import { classifyLinkError } from '../link-error.ts';
import type { LinkFactory } from '../link.ts';
import type { ControlRequest, TransferIn, TransferStatus, UsbtmcTransfers } from './transfers.ts';
import { usbtmcLinkFactory } from './usbtmc-link.ts';

/** USBTMC 1.0, table 43: application-specific, test and measurement. */
const usbtmcClass = { interfaceClass: 0xfe, interfaceSubclass: 3 } as const;

interface Endpoint {
  readonly endpointNumber: number;
  readonly direction: 'in' | 'out';
  readonly type: string;
  readonly packetSize: number;
}

/** What of a device of the npm package `usb` is used here. */
export interface NativeUsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber?: string | null | undefined;
  readonly configuration?:
    | {
        readonly interfaces: readonly {
          readonly interfaceNumber: number;
          readonly alternate: {
            readonly interfaceClass: number;
            readonly interfaceSubclass: number;
            readonly endpoints: readonly Endpoint[];
          };
        }[];
      }
    | null
    | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  detachKernelDriver(interfaceNumber: number): Promise<void>;
  attachKernelDriver(interfaceNumber: number): Promise<void>;
  clearHalt(direction: 'in' | 'out', endpointNumber: number): Promise<void>;
  nativeTransferIn(endpoint: number, timeoutMs: number, length: number): Promise<Uint8Array | null>;
  nativeTransferOut(endpoint: number, timeoutMs: number, data: Uint8Array): Promise<number>;
  nativeControlTransferIn(
    setup: {
      readonly requestType: 'class';
      readonly recipient: 'interface' | 'endpoint';
      readonly request: number;
      readonly value: number;
      readonly index: number;
    },
    timeoutMs: number,
    length: number,
  ): Promise<Uint8Array | null>;
}

/** What of the package itself is used here. */
export interface NativeUsb {
  readonly usb: { getDevices(): Promise<readonly NativeUsbDevice[]> };
}

export interface UsbDeviceLinkOptions extends UsbAddress {
  /** @default systemClock */
  readonly clock?: Clock;
  /** Where devices come from. @default the npm package `usb`, loaded when the first link opens */
  readonly load?: () => Promise<NativeUsb>;
}

interface Claimed {
  readonly device: NativeUsbDevice;
  readonly interfaceNumber: number;
  readonly bulkIn: Endpoint;
  readonly bulkOut: Endpoint;
  readonly interruptIn: Endpoint | undefined;
  /** The kernel's own driver had it, and is to have it again. */
  readonly isDetached: boolean;
}

/** USB's transfers through the npm package `usb`. */
export class UsbDevice implements UsbtmcTransfers {
  readonly #where: UsbDeviceLinkOptions;
  readonly #address: string;
  #claimed: Claimed | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(where: UsbDeviceLinkOptions) {
    this.#where = where;
    this.#address = addressOf(where);
  }

  get hasInterrupt(): boolean {
    return this.#claimed?.interruptIn !== undefined;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { load = loadPackage, vendorId, productId, serialNumber } = this.#where;
    const { usb } = await load();
    throwIfCancelled(signal, `opening ${this.#address}`);
    const devices = await usb.getDevices();
    const device = devices.find(
      (each) =>
        each.vendorId === vendorId &&
        each.productId === productId &&
        each.serialNumber === serialNumber,
    );
    if (device === undefined) throw this.#absent('is not there');
    await device.open();
    let taken: Claimed | undefined;
    try {
      const found = this.#interfaceOf(device);
      taken = { ...found, isDetached: await detach(device, found.interfaceNumber) };
      await device.claimInterface(found.interfaceNumber);
      if (this.#isClosed) throw this.#absent('was closed');
      this.#claimed = taken;
    } catch (error) {
      if (taken !== undefined) await giveBack(taken);
      await device.close().catch(() => {});
      throw error;
    }
  }

  async bulkOut(data: Uint8Array, timeoutMs: number): Promise<TransferStatus> {
    const { device, bulkOut } = this.#open();
    try {
      const sent = await device.nativeTransferOut(bulkOut.endpointNumber, timeoutMs, data);
      return sent < 0 ? 'stall' : 'ok';
    } catch (error) {
      return this.#statusOf(error);
    }
  }

  async bulkIn(length: number, timeoutMs: number): Promise<TransferIn> {
    const { device, bulkIn } = this.#open();
    return await this.#in(
      async () =>
        await device.nativeTransferIn(bulkIn.endpointNumber, Math.ceil(timeoutMs), length),
    );
  }

  async interruptIn(timeoutMs: number): Promise<TransferIn> {
    const { device, interruptIn } = this.#open();
    if (interruptIn === undefined) throw this.#absent('has no interrupt endpoint');
    const { endpointNumber, packetSize } = interruptIn;
    return await this.#in(
      async () => await device.nativeTransferIn(endpointNumber, timeoutMs, packetSize),
    );
  }

  async controlIn(
    { request, recipient, value, length }: ControlRequest,
    timeoutMs: number,
  ): Promise<TransferIn> {
    const { device, interfaceNumber, bulkIn, bulkOut } = this.#open();
    // USB 2.0, section 9.3.4: the direction of an endpoint is its highest bit.
    const indexes = {
      interface: interfaceNumber,
      'bulk-in': bulkIn.endpointNumber | 0x80,
      'bulk-out': bulkOut.endpointNumber,
    };
    const setup = {
      requestType: 'class',
      recipient: recipient === 'interface' ? 'interface' : 'endpoint',
      request,
      value,
      index: indexes[recipient],
    } as const;
    return await this.#in(
      async () => await device.nativeControlTransferIn(setup, timeoutMs, length),
    );
  }

  async clearHalt(endpoint: 'bulk-in' | 'bulk-out'): Promise<void> {
    const { device, bulkIn, bulkOut } = this.#open();
    if (endpoint === 'bulk-in') await device.clearHalt('in', bulkIn.endpointNumber);
    else await device.clearHalt('out', bulkOut.endpointNumber);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    const claimed = this.#claimed;
    this.#claimed = undefined;
    if (claimed === undefined) return;
    await giveBack(claimed);
    // A device that is gone is closed all the same.
    await claimed.device.close().catch(() => {});
  }

  #interfaceOf(device: NativeUsbDevice): Omit<Claimed, 'isDetached'> {
    const { interfaceNumber: wanted } = this.#where;
    const found = device.configuration?.interfaces.find(
      ({ interfaceNumber, alternate }) =>
        alternate.interfaceClass === usbtmcClass.interfaceClass &&
        alternate.interfaceSubclass === usbtmcClass.interfaceSubclass &&
        (wanted === undefined || wanted === interfaceNumber),
    );
    const endpoints = found?.alternate.endpoints ?? [];
    const endpoint = (type: string, direction: 'in' | 'out'): Endpoint | undefined =>
      endpoints.find((each) => each.type === type && each.direction === direction);
    const bulkIn = endpoint('bulk', 'in');
    const bulkOut = endpoint('bulk', 'out');
    if (found === undefined || bulkIn === undefined || bulkOut === undefined) {
      throw this.#absent('has no interface for test and measurement (USBTMC)');
    }
    const { interfaceNumber } = found;
    return { device, interfaceNumber, bulkIn, bulkOut, interruptIn: endpoint('interrupt', 'in') };
  }

  async #in(transfer: () => Promise<Uint8Array | null>): Promise<TransferIn> {
    try {
      const data = await transfer();
      return data === null ? nothing('stall') : { status: 'ok', data };
    } catch (error) {
      return nothing(this.#statusOf(error));
    }
  }

  /** The package tells by its words alone that the time was over. */
  #statusOf(error: unknown): TransferStatus {
    const text = wordsOf(error);
    if (/time[d ]*out|cancel/i.test(text) && !this.#isClosed) return 'timeout';
    if (/stall/i.test(text)) return 'stall';
    throw this.#gone(error);
  }

  #open(): Claimed {
    if (this.#claimed === undefined) throw this.#gone(undefined);
    return this.#claimed;
  }

  #gone(cause: unknown): SignalboxError {
    const address = this.#address;
    if (this.#isClosed || cause === undefined) {
      return classifyLinkError(new Error('it is not open'), address);
    }
    return new SignalboxError('LINK_USB', `${address}: ${wordsOf(cause)}`, {
      details: { address },
      cause,
    });
  }

  #absent(how: string): SignalboxError {
    const address = this.#address;
    return new SignalboxError('PORT_ABSENT', `${address} ${how}`, { details: { address } });
  }
}

/** Makes links to one instrument on a USB port of this machine. */
export function usbDeviceLinkFactory(options: UsbDeviceLinkOptions): LinkFactory {
  return usbtmcLinkFactory({
    address: addressOf(options),
    transfers: () => new UsbDevice(options),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
}

/** The kernel has a driver of its own for such devices; where it has not, there is nothing to do. */
async function detach(device: NativeUsbDevice, interfaceNumber: number): Promise<boolean> {
  return await device.detachKernelDriver(interfaceNumber).then(
    () => true,
    () => false,
  );
}

/** Programs that use the kernel's driver find their instrument again. It takes no claimed interface. */
async function giveBack({ device, interfaceNumber, isDetached }: Claimed): Promise<void> {
  if (!isDetached) return;
  await device.releaseInterface(interfaceNumber).catch(() => {});
  await device.attachKernelDriver(interfaceNumber).catch(() => {});
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the transfer failed';
}

function nothing(status: TransferStatus): TransferIn {
  return { status, data: new Uint8Array() };
}

function addressOf(where: UsbAddress): string {
  const { board, vendorId, productId, serialNumber, interfaceNumber } = where;
  return formatVisaResource({
    kind: 'usbtmc',
    board,
    vendorId,
    productId,
    serialNumber,
    ...(interfaceNumber === undefined ? {} : { interfaceNumber }),
  });
}

async function loadPackage(): Promise<NativeUsb> {
  try {
    return await import('usb');
  } catch (error) {
    throw new SignalboxError('LINK_COMMUNICATION', 'the package usb is not installed', {
      nextStep: "Install it with `npm install usb`, or use a vendor's VISA library.",
      cause: error,
    });
  }
}
