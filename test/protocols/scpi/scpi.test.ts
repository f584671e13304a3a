import { assert, array, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isQuery,
  messageLengthMost,
  ScpiMessageReader,
  ScpiReplyReader,
} from '../../../src/protocols/index.ts';
import type { ProgramMessage } from '../../../src/protocols/index.ts';

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.codePointAt(0) ?? 0);
const text = (data: Uint8Array): string => new TextDecoder('latin1').decode(data);

function messages(stream: string): string[] {
  return shown(new ScpiMessageReader().push(bytes(stream)));
}

function shown(found: readonly ProgramMessage[]): string[] {
  return found.map((each) =>
    each.kind === 'message' ? `${each.isQuery ? '?' : '-'} ${text(each.bytes)}` : 'too long',
  );
}

describe('a SCPI message reader', () => {
  it.each([
    ['*IDN?\n', ['? *IDN?']],
    ['*RST\r\n*IDN?;*OPC?\n', ['- *RST', '? *IDN?;*OPC?']],
    ['DISP:TEXT "really?\nyes"\n', ['- DISP:TEXT "really?\nyes"']],
    ["DISP:TEXT 'it''s? fine'\n", ["- DISP:TEXT 'it''s? fine'"]],
    ['DATA #15a?\nbc\n*IDN?\n', ['- DATA #15a?\nbc', '? *IDN?']],
    ['DATA #0a?b\n*IDN?\n', ['- DATA #0a?b', '? *IDN?']],
    ['VAL #HFF?\n', ['? VAL #HFF?']],
    ['\n\n  \n', ['-   ']],
  ])('cuts %j', (stream, expected) => {
    expect(messages(stream)).toEqual(expected);
  });

  it('finds the same messages however the stream is cut', () => {
    const parts = ['*IDN?\n', 'A "x\n?" 1\r\n', 'D #212', '123\n56789012', '?\n', 'B;C?\n', '#'];
    assert(
      property(
        array(integer({ min: 0, max: parts.length - 1 }), { maxLength: 12 }),
        array(integer({ min: 1, max: 7 }), { minLength: 1 }),
        (chosen, cuts) => {
          const stream = chosen.map((index) => parts[index]).join('');
          const reader = new ScpiMessageReader();
          const found: string[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const length = cuts[turn % cuts.length] ?? 1;
            found.push(...shown(reader.push(bytes(stream.slice(at, at + length)))));
            at += length;
          }
          expect(found).toEqual(messages(stream));
        },
      ),
    );
  });

  it('drops a message that is too long, says so, and goes on', () => {
    const reader = new ScpiMessageReader();
    const piece = new Uint8Array(1_048_576).fill(0x41);
    for (let sent = 0; sent <= messageLengthMost; sent += piece.length) reader.push(piece);
    expect(shown(reader.push(bytes('\n*IDN?\n')))).toEqual(['too long', '? *IDN?']);
  });

  it('takes anything without a crash', () => {
    assert(
      property(string({ unit: 'binary' }), (stream) => {
        new ScpiMessageReader().push(new TextEncoder().encode(stream));
        expect(typeof isQuery(stream)).toBe('boolean');
      }),
    );
  });
});

describe('a SCPI reply reader', () => {
  it('does not end a reply at a line feed inside a block', () => {
    const reader = new ScpiReplyReader();
    expect(reader.push(bytes('#15a\nb'), false).kind).toBe('more');
    const progress = reader.push(bytes('\nc\nrest'), false);
    expect(progress).toMatchObject({ kind: 'done' });
    if (progress.kind !== 'done') return;
    expect(text(progress.reply)).toBe('#15a\nb\nc\n');
    expect(text(progress.rest)).toBe('rest');
  });

  it('ends a reply at the END of a link that has one', () => {
    const progress = new ScpiReplyReader().push(bytes('1.5'), true);
    expect(progress.kind === 'done' ? text(progress.reply) : progress.kind).toBe('1.5');
  });
});
