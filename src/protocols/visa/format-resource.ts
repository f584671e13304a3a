import { badName } from './name-parts.ts';
import { parseVisaResource } from './parse-resource.ts';
import type { UsbAddress, VisaResource } from './resource.ts';
import { visaDefaults } from './resource.ts';

const hexDigits = 4;

/**
 * The resource name in full, defaults spelled out: `TCPIP0::10.0.0.7::inst0::INSTR`. What VISA
 * programs compare names by. VPP-4.3, section 4.3.1.
 * @throws BAD_ARGUMENT when a part would make it mean something else
 */
export function formatVisaResource(resource: VisaResource): string {
  const name = nameOf(resource);
  if (isSame(parseVisaResource(name), resource)) return name;
  throw badName(name, 'it would mean something else', 'parts without ::');
}

function isSame(one: VisaResource, other: VisaResource): boolean {
  const fields = Object.entries(one);
  const others = new Map<string, unknown>(Object.entries(other));
  return (
    fields.length === others.size && fields.every(([name, value]) => others.get(name) === value)
  );
}

function nameOf(resource: VisaResource): string {
  switch (resource.kind) {
    case 'vxi11':
      return `TCPIP${resource.board}::${host(resource.host)}::${resource.device}::INSTR`;
    case 'hislip': {
      const port = resource.port === visaDefaults.hislipPort ? '' : `,${resource.port}`;
      return `TCPIP${resource.board}::${host(resource.host)}::${resource.device}${port}::INSTR`;
    }
    case 'socket':
      return `TCPIP${resource.board}::${host(resource.host)}::${resource.port}::SOCKET`;
    case 'serial':
      return `ASRL${resource.device}::INSTR`;
    case 'usbtmc':
      return `${usb(resource)}::INSTR`;
    case 'usb-raw':
      return `${usb(resource)}::RAW`;
    case 'gpib': {
      const secondary = resource.secondary === undefined ? '' : `::${resource.secondary}`;
      return `GPIB${resource.board}::${resource.primary}${secondary}::INSTR`;
    }
    case 'gpib-interface':
      return `GPIB${resource.board}::INTFC`;
  }
}

function usb({ board, vendorId, productId, serialNumber, interfaceNumber }: UsbAddress): string {
  const ids = [vendorId, productId].map(
    (id) => `0x${id.toString(16).toUpperCase().padStart(hexDigits, '0')}`,
  );
  const last = interfaceNumber === undefined ? '' : `::${interfaceNumber}`;
  return `USB${board}::${ids.join('::')}::${serialNumber}${last}`;
}

function host(name: string): string {
  return name.includes(':') ? `[${name}]` : name;
}
