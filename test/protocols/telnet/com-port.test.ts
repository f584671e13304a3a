import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comPortControls,
  encodeComPort,
  lineStateBits,
  modemStateBits,
  parseComPort,
  TelnetReader,
} from '../../../src/protocols/index.ts';
import type { ComPortCommand, ComPortSender } from '../../../src/protocols/index.ts';
import { fromHex, toHex } from '../hex.ts';
import '../../support/seed.ts';

function contentOf(bytes: Uint8Array): Uint8Array {
  const [token, ...more] = new TelnetReader().read(bytes);
  if (token?.kind !== 'subnegotiation' || more.length > 0) throw new Error('no subnegotiation');
  expect(token.option).toBe(44);
  return token.data;
}

/** By hand from RFC 2217: a command, and its content as a client and as a server says it. */
const vectors: readonly (readonly [command: ComPortCommand, client: string, server: string])[] = [
  [{ kind: 'signature', text: '' }, '00', '64'],
  [{ kind: 'signature', text: 'ser' }, '00 736572', '64 736572'],
  [{ kind: 'baud-rate', baudRate: 'ask' }, '01 00000000', '65 00000000'],
  [{ kind: 'baud-rate', baudRate: 9_600 }, '01 00002580', '65 00002580'],
  [{ kind: 'baud-rate', baudRate: 4_294_967_295 }, '01 ffffffff', '65 ffffffff'],
  [{ kind: 'data-bits', dataBits: 'ask' }, '02 00', '66 00'],
  [{ kind: 'data-bits', dataBits: 8 }, '02 08', '66 08'],
  [{ kind: 'parity', parity: 'ask' }, '03 00', '67 00'],
  [{ kind: 'parity', parity: 'none' }, '03 01', '67 01'],
  [{ kind: 'parity', parity: 'odd' }, '03 02', '67 02'],
  [{ kind: 'parity', parity: 'even' }, '03 03', '67 03'],
  [{ kind: 'parity', parity: 'mark' }, '03 04', '67 04'],
  [{ kind: 'parity', parity: 'space' }, '03 05', '67 05'],
  [{ kind: 'stop-bits', stopBits: 'ask' }, '04 00', '68 00'],
  [{ kind: 'stop-bits', stopBits: 1 }, '04 01', '68 01'],
  [{ kind: 'stop-bits', stopBits: 2 }, '04 02', '68 02'],
  [{ kind: 'stop-bits', stopBits: 1.5 }, '04 03', '68 03'],
  [{ kind: 'control', control: 'ask-flow' }, '05 00', '69 00'],
  [{ kind: 'control', control: 'flow-hardware' }, '05 03', '69 03'],
  [{ kind: 'control', control: 'break-on' }, '05 05', '69 05'],
  [{ kind: 'control', control: 'dtr-on' }, '05 08', '69 08'],
  [{ kind: 'control', control: 'rts-off' }, '05 0c', '69 0c'],
  [{ kind: 'control', control: 'inbound-flow-none' }, '05 0e', '69 0e'],
  [{ kind: 'control', control: 'flow-dcd' }, '05 11', '69 11'],
  [{ kind: 'control', control: 'inbound-flow-dtr' }, '05 12', '69 12'],
  [{ kind: 'control', control: 'flow-dsr' }, '05 13', '69 13'],
  [{ kind: 'line-state', state: 0x60 }, '06 60', '6a 60'],
  [{ kind: 'modem-state', state: 0xb0 }, '07 b0', '6b b0'],
  [{ kind: 'suspend' }, '08', '6c'],
  [{ kind: 'resume' }, '09', '6d'],
  [{ kind: 'line-state-mask', mask: 0 }, '0a 00', '6e 00'],
  [{ kind: 'modem-state-mask', mask: 255 }, '0b ff', '6f ff'],
  [{ kind: 'purge', purge: 'receive' }, '0c 01', '70 01'],
  [{ kind: 'purge', purge: 'transmit' }, '0c 02', '70 02'],
  [{ kind: 'purge', purge: 'both' }, '0c 03', '70 03'],
];

describe('commands of the COM-PORT-OPTION', () => {
  it.each(vectors)('%o, by client and server, both ways', (command, client, server) => {
    const hexes = { client, server };
    for (const sender of ['client', 'server'] as const satisfies readonly ComPortSender[]) {
      const content = fromHex(hexes[sender]);
      expect(toHex(contentOf(encodeComPort(command, sender)))).toBe(toHex(content));
      expect(parseComPort(content, sender)).toEqual(command);
    }
  });

  it('go over the wire in a subnegotiation, with each 255 doubled', () => {
    const command: ComPortCommand = { kind: 'modem-state-mask', mask: 255 };
    expect(toHex(encodeComPort(command, 'client'))).toBe('ff fa 2c 0b ff ff ff f0');
  });

  it.each<readonly [hex: string, command: ComPortCommand]>([
    ['02 09', { kind: 'data-bits', dataBits: 'unknown' }],
    ['03 06', { kind: 'parity', parity: 'unknown' }],
    ['04 04', { kind: 'stop-bits', stopBits: 'unknown' }],
    ['05 14', { kind: 'control', control: 'unknown' }],
    ['0c 00', { kind: 'purge', purge: 'unknown' }],
    ['0c 04', { kind: 'purge', purge: 'unknown' }],
  ])(
    '%s is a setting that there is not: read, so that it can be answered, not written',
    (hex, command) => {
      expect(parseComPort(fromHex(hex), 'client')).toEqual(command);
      expect(() => encodeComPort(command, 'server')).toThrow(
        expect.objectContaining({ code: 'VALUE_INVALID' }),
      );
    },
  );

  it.each([
    ['', 'client', 'a COM-PORT-OPTION without a command'],
    ['0d 00', 'client', 'no command 13 of a client'],
    ['65 00002580', 'client', 'no command 101 of a client'],
    ['01 00002580', 'server', 'no command 1 of a server'],
    ['71', 'server', 'no command 113 of a server'],
    ['01 2580', 'client', 'a baud-rate of 2 bytes, where 4 are due'],
    ['01 0000258000', 'client', 'a baud-rate of 5 bytes, where 4 are due'],
    ['02', 'client', 'a data-bits of 0 bytes, where 1 are due'],
    ['08 00', 'client', 'a suspend of 1 bytes, where 0 are due'],
  ] as const)('%s of a %s is malformed: %s', (hex, sender, reason) => {
    expect(parseComPort(fromHex(hex), sender)).toEqual({ kind: 'malformed', reason });
  });

  it('a server suspends and resumes with a client’s numbers too', () => {
    expect(parseComPort(fromHex('08'), 'server')).toEqual({ kind: 'suspend' });
    expect(parseComPort(fromHex('09'), 'server')).toEqual({ kind: 'resume' });
  });

  it.each<ComPortCommand>([
    { kind: 'baud-rate', baudRate: 0 },
    { kind: 'baud-rate', baudRate: 4_294_967_296 },
    { kind: 'baud-rate', baudRate: 0.5 },
    { kind: 'line-state', state: 256 },
    { kind: 'modem-state-mask', mask: -1 },
    { kind: 'signature', text: 'x'.repeat(1_023) },
  ])('what does not fit is not written: $kind', (command) => {
    expect(() => encodeComPort(command, 'client')).toThrow(
      expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }),
    );
  });

  it('controls have the numbers 0 to 19, states the bits of a UART', () => {
    expect(comPortControls).toHaveLength(20);
    expect(Object.values(lineStateBits)).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    expect(Object.values(modemStateBits)).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
  });

  it('any bytes are a command, or malformed, and a command comes back as it was', () => {
    const sender = fc.constantFrom<ComPortSender>('client', 'server');
    const number = fc.oneof(fc.nat({ max: 14 }), fc.integer({ min: 99, max: 114 }));
    const value = fc.uint8Array({ maxLength: 6 });
    fc.assert(
      fc.property(number, value, sender, (first, rest, from) => {
        const message = parseComPort(Uint8Array.of(first, ...rest), from);
        const isUnknown = Object.values(message).includes('unknown');
        if (message.kind === 'malformed' || isUnknown) return;
        expect(parseComPort(contentOf(encodeComPort(message, from)), from)).toEqual(message);
      }),
    );
  });
});
