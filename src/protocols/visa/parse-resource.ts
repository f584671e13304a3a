import { badName, hostOf, numberOf, splitName } from './name-parts.ts';
import {
  gpibAddressMost,
  tcpPortMost,
  usbIdMost,
  usbInterfaceMost,
  visaDefaults,
} from './resource.ts';
import type { UsbAddress, VisaResource } from './resource.ts';

const forms = {
  tcpip:
    'TCPIP[n]::host[::device]::INSTR, TCPIP[n]::host::hislipN[,port]::INSTR or TCPIP[n]::host::port::SOCKET',
  serial: 'ASRLn::INSTR or ASRL/dev/ttyUSB0::INSTR',
  usb: 'USB[n]::vendor::product::serial[::interface]::INSTR, or ::RAW',
  gpib: 'GPIB[n]::primary[::secondary]::INSTR or GPIB[n]::INTFC',
} as const;

/** Kinds of resources that exist, but need what Signalbox does not have. */
const refused: Readonly<Record<string, string>> = {
  PXI: 'PXI cards are reached through registers of the computer',
  VXI: 'VXI cards are reached through registers of the computer',
  'GPIB-VXI': 'VXI cards are reached through registers of the computer',
  FIREWIRE: 'FireWire is not supported',
  VICP: 'VICP is not supported',
};

/** Classes of resources that exist, but are something else than an instrument to talk to. */
const otherClasses: readonly string[] = ['SERVANT', 'MEMACC', 'BACKPLANE'];

/**
 * What a VISA resource name means. Words of VISA are the same in upper and lower case; hosts, paths
 * and serial numbers stay as they are. `::INSTR` may be left out. VPP-4.3, section 4.3.1.
 * @throws BAD_ARGUMENT that says what is wrong, and what is allowed
 */
export function parseVisaResource(name: string): VisaResource {
  const { head, board, parts } = splitName(name);
  const resourceClass = (parts.at(-1) ?? '').toUpperCase();
  if (otherClasses.includes(resourceClass)) {
    const allowed = Object.values(forms).join('; ');
    throw badName(name, `${resourceClass} resources are no instruments to talk to`, allowed);
  }
  switch (head) {
    case 'TCPIP':
      return parseTcpip(name, board, parts);
    case 'ASRL':
      return parseSerial(name, board, parts);
    case 'USB':
      return parseUsb(name, board, parts);
    case 'GPIB':
      return parseGpib(name, board, parts);
    default: {
      const reason = refused[head] ?? `'${head}' is no interface that is known here`;
      throw badName(name, reason, Object.values(forms).join('; '));
    }
  }
}

function parseTcpip(name: string, boardText: string, parts: readonly string[]): VisaResource {
  const fail = (reason: string) => badName(name, reason, forms.tcpip);
  const board = boardOf(boardText, fail);
  const [hostText, second, ...more] = withoutClass(parts, 'INSTR');
  if (hostText === undefined) throw fail('it names no host');
  const host = hostOf(hostText, fail);
  if (parts.at(-1)?.toUpperCase() === 'SOCKET') {
    if (second === undefined || more.length !== 1) throw fail('a SOCKET has a host and a port');
    return { kind: 'socket', board, host, port: portOf(second, fail) };
  }
  if (more.length > 0) throw fail(`'${more[0] ?? ''}' is one part too many`);
  const device = second ?? visaDefaults.device;
  if (device === '') throw fail('it names an empty device');
  if (/^\d+$/.test(device)) {
    const hint = 'a port needs ::SOCKET, and an IPv6 address goes into brackets';
    throw fail(`'${device}' names no device: ${hint}`);
  }
  const [, hislip = '', portText] = /^(hislip[^,]*)(?:,(.*))?$/i.exec(device) ?? [];
  if (hislip === '') return { kind: 'vxi11', board, host, device };
  const port = portText === undefined ? visaDefaults.hislipPort : portOf(portText, fail);
  return { kind: 'hislip', board, host, device: hislip, port };
}

function parseSerial(name: string, device: string, parts: readonly string[]): VisaResource {
  const fail = (reason: string) => badName(name, reason, forms.serial);
  const more = withoutClass(parts, 'INSTR');
  if (more.length > 0) {
    throw fail(`'${more.join('::')}' is too much: one serial line has one instrument`);
  }
  if (device === '') return { kind: 'serial', device: visaDefaults.board };
  return { kind: 'serial', device: /^\d+$/.test(device) ? Number(device) : device };
}

function parseUsb(name: string, boardText: string, parts: readonly string[]): VisaResource {
  const fail = (reason: string) => badName(name, reason, forms.usb);
  const isRaw = parts.at(-1)?.toUpperCase() === 'RAW';
  const [vendor, product, serialNumber, interfaceText, ...more] = isRaw
    ? parts.slice(0, -1)
    : withoutClass(parts, 'INSTR');
  if (vendor === undefined || product === undefined || serialNumber === undefined) {
    throw fail('it needs vendor, product and serial number');
  }
  if (serialNumber === '') throw fail('its serial number is empty');
  if (more.length > 0) throw fail(`'${more[0] ?? ''}' is one part too many`);
  const address: UsbAddress = {
    board: boardOf(boardText, fail),
    vendorId: numberOf(vendor, 'vendor', usbIdMost, fail),
    productId: numberOf(product, 'product', usbIdMost, fail),
    serialNumber,
    ...(interfaceText === undefined
      ? {}
      : { interfaceNumber: numberOf(interfaceText, 'interface', usbInterfaceMost, fail) }),
  };
  return { kind: isRaw ? 'usb-raw' : 'usbtmc', ...address };
}

function parseGpib(name: string, boardText: string, parts: readonly string[]): VisaResource {
  const fail = (reason: string) => badName(name, reason, forms.gpib);
  const board = boardOf(boardText, fail);
  if (parts.length === 1 && parts[0]?.toUpperCase() === 'INTFC') {
    return { kind: 'gpib-interface', board };
  }
  const [primaryText, secondaryText, ...more] = withoutClass(parts, 'INSTR');
  if (primaryText === undefined) throw fail('it names no address');
  if (more.length > 0) throw fail(`'${more[0] ?? ''}' is one part too many`);
  const primary = numberOf(primaryText, 'primary address', gpibAddressMost, fail);
  if (secondaryText === undefined) return { kind: 'gpib', board, primary };
  const secondary = numberOf(secondaryText, 'secondary address', gpibAddressMost, fail);
  return { kind: 'gpib', board, primary, secondary };
}

type Fail = (reason: string) => Error;

function withoutClass(parts: readonly string[], resourceClass: string): readonly string[] {
  return parts.at(-1)?.toUpperCase() === resourceClass ? parts.slice(0, -1) : parts;
}

function boardOf(text: string, fail: Fail): number {
  return text === '' ? visaDefaults.board : numberOf(text, 'board', Number.MAX_SAFE_INTEGER, fail);
}

function portOf(text: string, fail: Fail): number {
  const port = numberOf(text, 'port', tcpPortMost, fail);
  if (port > 0) return port;
  throw fail('port 0 is none');
}
