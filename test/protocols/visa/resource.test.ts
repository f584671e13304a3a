import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatVisaResource, parseVisaResource } from '../../../src/protocols/index.ts';
import type { VisaResource } from '../../../src/protocols/index.ts';
import '../../support/seed.ts';

const usb = { board: 0, vendorId: 0x1ab1, productId: 0x0588, serialNumber: 'DS1K00005888' };

/** A name, what it means, and how it is written in full where that differs. */
const names: readonly (readonly [name: string, meaning: VisaResource, full?: string])[] = [
  [
    'TCPIP0::10.0.0.7::inst0::INSTR',
    { kind: 'vxi11', board: 0, host: '10.0.0.7', device: 'inst0' },
  ],
  [
    'TCPIP::dmm.lab::INSTR',
    { kind: 'vxi11', board: 0, host: 'dmm.lab', device: 'inst0' },
    'TCPIP0::dmm.lab::inst0::INSTR',
  ],
  [
    'TCPIP::dmm.lab',
    { kind: 'vxi11', board: 0, host: 'dmm.lab', device: 'inst0' },
    'TCPIP0::dmm.lab::inst0::INSTR',
  ],
  [
    'tcpip3::DMM.lab::inst1::instr',
    { kind: 'vxi11', board: 3, host: 'DMM.lab', device: 'inst1' },
    'TCPIP3::DMM.lab::inst1::INSTR',
  ],
  [
    'TCPIP0::gateway::gpib0,5::INSTR',
    { kind: 'vxi11', board: 0, host: 'gateway', device: 'gpib0,5' },
  ],
  [
    'TCPIP0::10.0.0.7::hislip0::INSTR',
    { kind: 'hislip', board: 0, host: '10.0.0.7', device: 'hislip0', port: 4_880 },
  ],
  [
    'TCPIP::10.0.0.7::HiSLIP1,5000::INSTR',
    { kind: 'hislip', board: 0, host: '10.0.0.7', device: 'HiSLIP1', port: 5_000 },
    'TCPIP0::10.0.0.7::HiSLIP1,5000::INSTR',
  ],
  [
    'TCPIP::10.0.0.7::hislip0,4880',
    { kind: 'hislip', board: 0, host: '10.0.0.7', device: 'hislip0', port: 4_880 },
    'TCPIP0::10.0.0.7::hislip0::INSTR',
  ],
  [
    'TCPIP0::[fe80::1%eth0]::hislip0::INSTR',
    { kind: 'hislip', board: 0, host: 'fe80::1%eth0', device: 'hislip0', port: 4_880 },
  ],
  [
    'TCPIP::[::1]::INSTR',
    { kind: 'vxi11', board: 0, host: '::1', device: 'inst0' },
    'TCPIP0::[::1]::inst0::INSTR',
  ],
  ['TCPIP0::10.0.0.7::5025::SOCKET', { kind: 'socket', board: 0, host: '10.0.0.7', port: 5_025 }],
  ['TCPIP0::[::1]::5025::SOCKET', { kind: 'socket', board: 0, host: '::1', port: 5_025 }],
  ['ASRL1::INSTR', { kind: 'serial', device: 1 }],
  ['asrl12', { kind: 'serial', device: 12 }, 'ASRL12::INSTR'],
  ['ASRL::INSTR', { kind: 'serial', device: 0 }, 'ASRL0::INSTR'],
  ['ASRL/dev/ttyUSB0::INSTR', { kind: 'serial', device: '/dev/ttyUSB0' }],
  [
    'ASRL/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0::INSTR',
    { kind: 'serial', device: '/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0' },
  ],
  ['ASRLCOM3::INSTR', { kind: 'serial', device: 'COM3' }],
  ['USB0::0x1AB1::0x0588::DS1K00005888::INSTR', { kind: 'usbtmc', ...usb }],
  [
    'usb::6833::1416::DS1K00005888',
    { kind: 'usbtmc', ...usb },
    'USB0::0x1AB1::0x0588::DS1K00005888::INSTR',
  ],
  [
    'USB2::0x1AB1::0x0588::DS1K00005888::1::INSTR',
    { kind: 'usbtmc', ...usb, board: 2, interfaceNumber: 1 },
  ],
  ['USB0::0x1AB1::0x0588::DS1K00005888::RAW', { kind: 'usb-raw', ...usb }],
  ['USB0::0x1AB1::0x0588::DS1K00005888::2::RAW', { kind: 'usb-raw', ...usb, interfaceNumber: 2 }],
  ['GPIB0::20::INSTR', { kind: 'gpib', board: 0, primary: 20 }],
  ['GPIB::1', { kind: 'gpib', board: 0, primary: 1 }, 'GPIB0::1::INSTR'],
  ['GPIB1::5::30::INSTR', { kind: 'gpib', board: 1, primary: 5, secondary: 30 }],
  ['gpib2::intfc', { kind: 'gpib-interface', board: 2 }, 'GPIB2::INTFC'],
  ['  GPIB0::20::INSTR\n', { kind: 'gpib', board: 0, primary: 20 }, 'GPIB0::20::INSTR'],
];

const inFull = names.map(([name, meaning, full = name]) => [name, meaning, full] as const);

const tcpip = 'TCPIP[n]::host[::device]::INSTR';

/** A name that means nothing, what is wrong with it, and what is allowed in its place. */
const wrong: readonly (readonly [name: string, reason: string, allowed: string])[] = [
  ['', "'' is no interface that is known here", tcpip],
  ['dmm.lab', "'DMM.LAB' is no interface that is known here", 'ASRLn::INSTR'],
  ['LPT1::INSTR', "'LPT1' is no interface that is known here", 'GPIB[n]::primary'],
  ['PXI0::3-18::INSTR', 'PXI cards are reached through registers', tcpip],
  ['VXI0::1::INSTR', 'VXI cards are reached through registers', tcpip],
  ['GPIB-VXI::9::INSTR', 'VXI cards are reached through registers', tcpip],
  ['VICP::10.0.0.7::INSTR', 'VICP is not supported', tcpip],
  ['GPIB0::SERVANT', 'SERVANT resources are no instruments to talk to', 'GPIB[n]::INTFC'],
  ['VXI0::MEMACC', 'MEMACC resources are no instruments to talk to', tcpip],
  ['TCPIP', 'it names no host', tcpip],
  ['TCPIP::INSTR', 'it names no host', tcpip],
  ['TCPIP::::INSTR', 'its host is empty', tcpip],
  ['TCPIPx::10.0.0.7::INSTR', "its board is 'x'", tcpip],
  ['TCPIP::fe80::1::INSTR', "'1' names no device", tcpip],
  ['TCPIP::2001:db8::1::INSTR', 'an IPv6 address goes into brackets', tcpip],
  ['TCPIP::10.0.0.7::5025', "'5025' names no device: a port needs ::SOCKET", tcpip],
  ['TCPIP::10.0.0.7:5025::SOCKET', 'an IPv6 address goes into brackets', tcpip],
  ['TCPIP::[dmm.lab]::INSTR', "'dmm.lab' is no IPv6 address", tcpip],
  ['TCPIP::user@dmm.lab::hislip0::INSTR', 'it has credentials', tcpip],
  ['TCPIP::dmm lab::INSTR', "'dmm lab' is no host", tcpip],
  ['TCPIP::10.0.0.7::::INSTR', 'it names an empty device', tcpip],
  ['TCPIP::10.0.0.7::inst0::5::INSTR', "'5' is one part too many", tcpip],
  ['TCPIP::10.0.0.7::SOCKET', 'a SOCKET has a host and a port', '::port::SOCKET'],
  ['TCPIP::10.0.0.7::5025::1::SOCKET', 'a SOCKET has a host and a port', '::port::SOCKET'],
  ['TCPIP::10.0.0.7::0::SOCKET', 'port 0 is none', '::port::SOCKET'],
  ['TCPIP::10.0.0.7::65536::SOCKET', "its port is '65536', and has to be", '::port::SOCKET'],
  ['TCPIP::10.0.0.7::hislip0,x::INSTR', "its port is 'x'", 'hislipN[,port]'],
  ['ASRL1::2::INSTR', "'2' is too much: one serial line has one instrument", 'ASRLn::INSTR'],
  ['USB0::0x1AB1::0x0588::INSTR', 'it needs vendor, product and serial number', 'USB[n]::vendor'],
  ['USB0::0x1AB1::0x0588::::INSTR', 'its serial number is empty', 'USB[n]::vendor'],
  ['USB0::1AB1::0x0588::D::INSTR', "its vendor is '1AB1'", 'USB[n]::vendor'],
  ['USB0::0x10000::0x0588::D::INSTR', 'has to be a number from 0 to 65535', 'USB[n]::vendor'],
  ['USB0::1::2::D::256::INSTR', "its interface is '256'", 'USB[n]::vendor'],
  ['USB0::1::2::D::0::0::INSTR', "'0' is one part too many", 'USB[n]::vendor'],
  ['GPIB0::INSTR', 'it names no address', 'GPIB[n]::primary'],
  ['GPIB0::31::INSTR', "its primary address is '31', and has to be a number from 0 to 30", 'GPIB'],
  ['GPIB0::5::31::INSTR', "its secondary address is '31'", 'GPIB[n]::primary'],
  ['GPIB0::5::1::2::INSTR', "'2' is one part too many", 'GPIB[n]::primary'],
  ['GPIB0::-1::INSTR', "its primary address is '-1'", 'GPIB[n]::primary'],
];

describe('VISA resource names', () => {
  it.each(inFull)('%s is understood, and written in full', (name, meaning, full) => {
    expect(parseVisaResource(name)).toEqual(meaning);
    expect(formatVisaResource(meaning)).toBe(full);
    expect(parseVisaResource(full)).toEqual(meaning);
  });

  it.each(wrong)('%s is refused: %s', (name, reason, allowed) => {
    expect(() => parseVisaResource(name)).toThrow(
      expect.objectContaining({
        code: 'BAD_ARGUMENT',
        message: expect.stringContaining(reason),
        nextStep: expect.stringContaining(allowed),
      }),
    );
  });

  it('a long name is named in part', () => {
    const name = `LPT${'1'.repeat(10_000)}`;
    const message = /^'LPT1{97}…' is no resource name/;
    expect(() => parseVisaResource(name)).toThrow(message);
  });

  it.each<VisaResource>([
    { kind: 'vxi11', board: 0, host: '10.0.0.7', device: 'hislip0' },
    { kind: 'vxi11', board: 0, host: '10.0.0.7', device: 'a::b' },
    { kind: 'hislip', board: 0, host: '10.0.0.7', device: 'inst0', port: 4_880 },
    { kind: 'vxi11', board: 0, host: 'a::inst1', device: 'inst0' },
    { kind: 'serial', device: '1' },
    { kind: 'serial', device: '/dev/x::2' },
    { kind: 'usbtmc', ...usb, serialNumber: 'D::0' },
    { kind: 'gpib', board: 0, primary: 31 },
    { kind: 'socket', board: -1, host: '10.0.0.7', port: 5_025 },
  ])('what would be read as something else is not written: $kind', (resource) => {
    expect(() => formatVisaResource(resource)).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT' }),
    );
  });

  it('any resource that can be written is read as it was', () => {
    const board = fc.nat();
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    const device = fc.stringMatching(/^inst\d{1,3}$/);
    const hislip = fc.stringMatching(/^hislip[a-z0-9]{0,5}$/);
    const port = fc.integer({ min: 1, max: 65_535 });
    const id = fc.nat({ max: 0xffff });
    const serialNumber = fc.stringMatching(/^[A-Za-z0-9._ -]{0,20}[A-Za-z0-9]$/);
    const address = fc.nat({ max: 30 });
    const usbAddress = { board, vendorId: id, productId: id, serialNumber };
    const of = <Kind extends string>(kind: Kind) => fc.constant(kind);
    const resource: fc.Arbitrary<VisaResource> = fc.oneof(
      fc.record({ kind: of('vxi11'), board, host, device }),
      fc.record({ kind: of('hislip'), board, host, device: hislip, port }),
      fc.record({ kind: of('socket'), board, host, port }),
      fc.record({ kind: of('serial'), device: fc.oneof(board, fc.constant('/dev/ttyS1')) }),
      fc.record({ kind: of('usbtmc'), ...usbAddress }),
      fc.record({ kind: of('usb-raw'), ...usbAddress, interfaceNumber: fc.nat({ max: 255 }) }),
      fc.record({ kind: of('gpib'), board, primary: address }),
      fc.record({ kind: of('gpib'), board, primary: address, secondary: address }),
      fc.record({ kind: of('gpib-interface'), board }),
    );
    fc.assert(
      fc.property(resource, (each) => {
        expect(parseVisaResource(formatVisaResource(each))).toEqual(each);
      }),
    );
  });

  it('any text is understood, or refused as a bad argument', () => {
    const word = fc.constantFrom('TCPIP', 'usb', 'GPIB0', '::', '[', ']', ',', 'INSTR', '5', 'RAW');
    const text = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (name) => {
        try {
          parseVisaResource(name);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_ARGUMENT' });
        }
      }),
    );
  });
});
