import { given, SignalboxError } from '../kernel/index.ts';
import { formatVisaResource, parseVisaResource } from '../protocols/index.ts';
import type { VisaResource } from '../protocols/index.ts';
import { hislipLinkFactory } from './hislip/hislip-link.ts';
import type { LinkFactory } from './link.ts';
import { prologixLinkFactory } from './prologix/prologix-link.ts';
import type { PrologixAdapters } from './prologix/shared-adapters.ts';
import { serialLinkFactory } from './serial/serial-link.ts';
import type { SerialLinkOptions } from './serial/serial-link.ts';
import { tcpLinkFactory } from './tcp/tcp-link.ts';
import { usbDeviceLinkFactory } from './usbtmc/usb-device.ts';
import { visaLibraryLinkFactory } from './visa-library/visa-library-link.ts';
import { vxi11LinkFactory } from './vxi11/vxi11-link.ts';

/** The TCP port of a Prologix GPIB-Ethernet adapter. */
export const prologixTcpPort = 1_234;

export interface VisaLinkOptions {
  /** Settings of a serial line (ASRL). */
  readonly serial?: Omit<SerialLinkOptions, 'path'>;
  /**
   * The Prologix adapter through which a GPIB address is reached: its host, with a port where that is
   * not {@link prologixTcpPort}, or the path of its virtual serial port.
   */
  readonly prologix?: string;
  /** Instruments that are reached with the same share their adapters. @default none is shared */
  readonly adapters?: PrologixAdapters;
  /**
   * Opens it through a vendor's VISA library: true for the first that this machine has, or the path of
   * its file. Then the name may be any that the library knows, an alias too.
   */
  readonly visaLibrary?: true | string;
}

/**
 * What opens the link that a VISA resource name means. VPP-4.3, section 4.3.1.
 * @throws BAD_ARGUMENT for a name that means nothing, or nothing that can be reached from here
 */
export function visaLinkFactory(name: string, options: VisaLinkOptions = {}): LinkFactory {
  const { visaLibrary } = options;
  if (visaLibrary !== undefined) {
    const file = visaLibrary === true ? {} : { libraryPath: visaLibrary };
    return visaLibraryLinkFactory({ resource: name, ...file });
  }
  const resource = parseVisaResource(name);
  if (options.prologix !== undefined && resource.kind !== 'gpib') {
    throw unreachable(resource, 'only a GPIB address is reached through a Prologix adapter');
  }
  switch (resource.kind) {
    case 'socket':
      return tcpLinkFactory(resource);
    case 'hislip':
      return hislipLinkFactory(resource);
    case 'vxi11':
      return vxi11LinkFactory(resource);
    case 'serial':
      return serialLinkFactory({ ...options.serial, path: pathOf(resource) });
    case 'gpib':
      return gpibLinkFactory(resource, options);
    case 'usbtmc':
      return usbDeviceLinkFactory(resource);
    case 'usb-raw':
    case 'gpib-interface':
      throw unreachable(resource, 'it is no instrument that takes messages');
  }
}

function pathOf(resource: Extract<VisaResource, { kind: 'serial' }>): string {
  if (typeof resource.device === 'string') return resource.device;
  throw unreachable(resource, 'a number names a line only where a VISA library gave it one', {
    nextStep: 'Write the path of the device: ASRL/dev/ttyUSB0::INSTR.',
  });
}

function gpibLinkFactory(
  resource: Extract<VisaResource, { kind: 'gpib' }>,
  { prologix, adapters }: VisaLinkOptions,
): LinkFactory {
  if (prologix === undefined) {
    throw unreachable(resource, 'nothing says how its bus is reached', {
      nextStep: 'Name the Prologix adapter, or the VISA library of the maker of the interface.',
    });
  }
  return prologixLinkFactory({ ...resource, adapter: adapterOf(prologix), ...given({ adapters }) });
}

function adapterOf(place: string): LinkFactory {
  if (place.startsWith('/')) return serialLinkFactory({ path: place });
  const [, host = place, port] = /^(.*):(\d+)$/.exec(place) ?? [];
  return tcpLinkFactory({
    host: host.replaceAll(/^\[|\]$/g, ''),
    port: port === undefined ? prologixTcpPort : Number(port),
  });
}

function unreachable(
  resource: VisaResource,
  reason: string,
  options: { readonly nextStep?: string } = {},
): SignalboxError {
  const name = formatVisaResource(resource);
  return new SignalboxError('BAD_ARGUMENT', `${name} cannot be opened: ${reason}`, {
    details: { resource: name },
    ...options,
  });
}
