import { describe, expect, it } from 'vitest';
import {
  encodeNegotiation,
  encodeSubnegotiation,
  encodeTelnetCommand,
  encodeTelnetData,
  subnegotiationBytesMost,
  telnetCommands,
  telnetOptions,
  TelnetReader,
} from '../../../src/protocols/index.ts';
import type { TelnetToken } from '../../../src/protocols/index.ts';
import { fromHex, toHex } from '../hex.ts';

function told(token: TelnetToken): string {
  switch (token.kind) {
    case 'data':
      return toHex(token.data);
    case 'command':
      return `command ${token.command}`;
    case 'negotiation':
      return `${token.verb} ${token.option}`;
    case 'subnegotiation':
      return `option ${token.option}: ${toHex(token.data)}`;
    case 'malformed':
      return token.reason;
  }
}

function read(hex: string, isBinary = true): readonly string[] {
  const reader = new TelnetReader();
  reader.isBinary = isBinary;
  return [...reader.read(fromHex(hex))].map(told);
}

describe('a telnet reader', () => {
  it.each([
    ['data', '41 42', ['41 42']],
    ['a doubled 255', '41 ff ff 42', ['41', 'ff 42']],
    ['a break', '41 ff f3 42', ['41', 'command 243', '42']],
    [
      'offers and requests',
      'ff fb 00 ff fc 01 ff fd 03 ff fe 2c',
      ['will 0', 'wont 1', 'do 3', 'dont 44'],
    ],
    ['a negotiation of option 255', 'ff fb ff 41', ['will 255', '41']],
    ['a subnegotiation', 'ff fa 2c 01 00 00 25 80 ff f0 41', ['option 44: 01 00 00 25 80', '41']],
    ['a doubled 255 in a subnegotiation', 'ff fa 2c 0b ff ff ff f0', ['option 44: 0b ff']],
    ['a subnegotiation of an option alone', 'ff fa 2c ff f0', ['option 44: ']],
    ['an end of nothing', 'ff f0 41', ['command 240', '41']],
    ['a subnegotiation of nothing', 'ff fa ff f0 41', ['a subnegotiation of nothing', '41']],
    [
      'a subnegotiation that a command breaks off',
      'ff fa 2c 01 ff f1 41',
      ['a subnegotiation that broke off after 2 bytes', 'command 241', '41'],
    ],
    [
      'a subnegotiation that an offer breaks off',
      'ff fa 2c 01 ff fb 00 41',
      ['a subnegotiation that broke off after 2 bytes', 'will 0', '41'],
    ],
    [
      'a subnegotiation that another one breaks off',
      'ff fa 2c 01 ff fa 2c 05 ff f0 41',
      ['a subnegotiation that broke off after 2 bytes', 'option 44: 05', '41'],
    ],
  ])('finds %s', (_, hex, tokens) => {
    expect(read(hex)).toEqual(tokens);
    // And at any place where the stream is cut.
    const reader = new TelnetReader();
    reader.isBinary = true;
    const single = Array.from(fromHex(hex), (byte) =>
      [...reader.read(Uint8Array.of(byte))].map(told),
    );
    expect(single.flat().join(' ')).toBe(tokens.join(' '));
  });

  it('a zero behind a carriage return is left out, but not where every byte counts', () => {
    expect(read('41 0d 00 42 00 0d 0a 0d', false)).toEqual(['41 0d', '42 00 0d 0a 0d']);
    expect(read('41 0d 00 42', true)).toEqual(['41 0d 00 42']);
    const reader = new TelnetReader();
    const cut = ['0d', '00', '00', '0d ff f1', '00'].map((hex) => [...reader.read(fromHex(hex))]);
    expect(cut.map((tokens) => tokens.map(told))).toEqual([
      ['0d'],
      [],
      ['00'],
      ['0d', 'command 241'],
      [],
    ]);
  });

  it('takes every byte as it is from the moment on when it is told to', () => {
    const reader = new TelnetReader();
    const tokens: string[] = [];
    for (const token of reader.read(fromHex('0d 00 ff fb 00 0d 00'))) {
      tokens.push(told(token));
      if (token.kind === 'negotiation') reader.isBinary = true;
    }
    expect(tokens).toEqual(['0d', 'will 0', '0d 00']);
  });

  it('a subnegotiation beyond the bound is dropped and told of, and takes no memory', () => {
    const reader = new TelnetReader();
    expect([...reader.read(fromHex('ff fa 2c'))]).toEqual([]);
    for (let chunks = 0; chunks < 100; chunks += 1) {
      expect([...reader.read(new Uint8Array(1_000))]).toEqual([]);
      expect(reader.bytesKept).toBeLessThanOrEqual(subnegotiationBytesMost);
    }
    expect([...reader.read(fromHex('ff f0 41'))].map(told)).toEqual([
      `a subnegotiation of 100001 bytes, where ${subnegotiationBytesMost} is the most`,
      '41',
    ]);
    const longest = encodeSubnegotiation(44, new Uint8Array(subnegotiationBytesMost - 1));
    expect([...reader.read(longest)]).toMatchObject([{ kind: 'subnegotiation' }]);
  });

  it('data is a part of the chunk', () => {
    const chunk = fromHex('41 ff ff 42');
    for (const token of new TelnetReader().read(chunk)) {
      expect(token.kind === 'data' && token.data.buffer).toBe(chunk.buffer);
    }
  });
});

describe('what goes over telnet', () => {
  it('has each 255 doubled, and a zero behind a lone carriage return unless it is binary', () => {
    const data = fromHex('ff 41 0d 0a 0d 42 ff ff 0d');
    expect(toHex(encodeTelnetData(data, true))).toBe('ff ff 41 0d 0a 0d 42 ff ff ff ff 0d');
    expect(toHex(encodeTelnetData(data, false))).toBe('ff ff 41 0d 0a 0d 00 42 ff ff ff ff 0d 00');
  });

  it('is the data itself where nothing has to be changed', () => {
    const data = fromHex('41 0d 0a 42');
    expect(encodeTelnetData(data, true)).toBe(data);
    expect(encodeTelnetData(data, false)).toBe(data);
  });

  it('says commands and options in these bytes', () => {
    expect(toHex(encodeTelnetCommand(telnetCommands.break))).toBe('ff f3');
    expect(toHex(encodeNegotiation('do', telnetOptions.comPort))).toBe('ff fd 2c');
    expect(toHex(encodeSubnegotiation(44, fromHex('01 ff')))).toBe('ff fa 2c 01 ff ff ff f0');
    expect(toHex(encodeSubnegotiation(255, fromHex('01')))).toBe('ff fa ff ff 01 ff f0');
  });

  it.each([-1, 256, 0.5, Number.NaN])('%s is no command and no option', (number) => {
    for (const encode of [
      () => encodeTelnetCommand(number),
      () => encodeNegotiation('do', number),
      () => encodeSubnegotiation(number, new Uint8Array()),
    ]) {
      expect(encode).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
    }
  });
});
