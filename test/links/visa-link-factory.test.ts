import { describe, expect, it } from 'vitest';
import { visaLinkFactory } from '../../src/links/index.ts';
import type { VisaLinkOptions } from '../../src/links/index.ts';

describe('a VISA resource name', () => {
  it.each<[name: string, options: VisaLinkOptions, kind: string, address: RegExp]>([
    ['TCPIP::10.0.0.7::INSTR', {}, 'message', /10\.0\.0\.7::inst0/],
    ['TCPIP0::10.0.0.7::gpib0,12::INSTR', {}, 'message', /gpib0,12/],
    ['TCPIP::10.0.0.7::hislip0::INSTR', {}, 'message', /10\.0\.0\.7::hislip0/],
    ['tcpip::10.0.0.7::hislip1,4881::instr', {}, 'message', /hislip1,4881/],
    ['TCPIP::10.0.0.7::5025::SOCKET', {}, 'stream', /^tcp:\/\/10\.0\.0\.7:5025$/],
    ['ASRL/dev/ttyUSB0::INSTR', {}, 'stream', /^\/dev\/ttyUSB0$/],
    ['USB0::0x0957::0x1796::MY1::INSTR', {}, 'message', /0x0957/i],
    ['GPIB0::12::INSTR', { prologix: '10.0.0.8' }, 'message', /12 at tcp:\/\/10\.0\.0\.8:1234/],
    ['GPIB0::12::3', { prologix: '10.0.0.8:1235' }, 'message', /12\.3 at tcp:\/\/10\.0\.0\.8:1235/],
    ['GPIB0::12::INSTR', { prologix: '/dev/ttyUSB0' }, 'message', /12 at \/dev\/ttyUSB0/],
    ['GPIB0::12::INSTR', { visaLibrary: true }, 'message', /GPIB0::12/],
    ['an alias', { visaLibrary: '/opt/libvisa.so' }, 'message', /an alias/],
  ])('%s leads to what it names', (name, options, kind, address) => {
    const factory = visaLinkFactory(name, options);
    expect(factory.kind).toBe(kind);
    expect(factory.address).toMatch(address);
    const link = factory.create();
    expect(link.kind).toBe(kind);
    expect(link.address).toBe(factory.address);
  });

  it.each<[name: string, options: VisaLinkOptions, message: RegExp]>([
    ['nonsense', {}, /nonsense/],
    ['ASRL1::INSTR', {}, /number/],
    ['GPIB0::12::INSTR', {}, /nothing says how its bus is reached/],
    ['GPIB0::INTFC', {}, /no instrument/],
    ['USB0::0x0957::0x1796::MY1::RAW', {}, /no instrument/],
    ['TCPIP::10.0.0.7::INSTR', { prologix: 'h' }, /only a GPIB address/],
  ])('%s is refused where it leads nowhere', (name, options, message) => {
    expect(() => visaLinkFactory(name, options)).toThrow(message);
  });
});
