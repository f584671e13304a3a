import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { assert, array, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isQuery,
  messageLengthMost,
  responseLengthMost,
  responseText,
  ScpiMessageReader,
  ScpiReplyReader,
} from '../../../src/protocols/index.ts';
import type { ProgramMessage } from '../../../src/protocols/index.ts';

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.codePointAt(0) ?? 0);
const text = (data: Uint8Array): string => new TextDecoder('latin1').decode(data);

/** How many bytes of arrays are in use, without what is only waiting to be collected. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

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
    ["DISP:TEXT it's\n*IDN?\n", ["- DISP:TEXT it's", '? *IDN?']],
    ['DISP:TEXT Probe #15\n*IDN?\n', ['- DISP:TEXT Probe #15', '? *IDN?']],
    ['DATA 1,#13?\n?,#12\n\n\n*IDN?\n', ['- DATA 1,#13?\n?,#12\n\n', '? *IDN?']],
    ['DATA #13ab\r\n', ['- DATA #13ab\r']],
    ['DATA #2x\n*IDN?\n', ['- DATA #2x', '? *IDN?']],
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

  it('ends messages at a terminator of its own', () => {
    const reader = new ScpiMessageReader({ terminator: '\r' });
    expect(shown(reader.push(bytes('A 1\r\nB?\r')))).toEqual(['- A 1', '? B?']);
    expect(shown(reader.push(bytes('\nC\nD\r')))).toEqual(['- C\nD']);
  });

  it('ends a message at END, also one with a string or a block that is not complete', () => {
    const reader = new ScpiMessageReader();
    expect(shown(reader.push(bytes('A "x'), true))).toEqual(['- A "x']);
    expect(shown(reader.push(bytes('A #15x'), true))).toEqual(['- A #15x']);
    expect(shown(reader.push(bytes('*IDN?'), true))).toEqual(['? *IDN?']);
  });

  it('takes a message byte by byte', () => {
    const reader = new ScpiMessageReader();
    const long = `DATA #6100000${'x'.repeat(100_000)}\n`;
    const found = Array.from(bytes(long)).flatMap((byte) => reader.push(Uint8Array.of(byte)));
    expect(shown(found)).toEqual([`- ${long.slice(0, -1)}`]);
  });

  it('drops a message that is too long, says so, and goes on', () => {
    const reader = new ScpiMessageReader();
    const piece = new Uint8Array(1_048_576).fill(0x41);
    for (let sent = 0; sent <= messageLengthMost; sent += piece.length) reader.push(piece);
    expect(shown(reader.push(bytes('\n*IDN?\n')))).toEqual(['too long', '? *IDN?']);
  });

  it('holds no more of a message that is too long than is allowed', () => {
    const reader = new ScpiMessageReader();
    const before = heldBytes();
    const piece = new Uint8Array(1_048_576).fill(0x41);
    for (let sent = 0; sent <= 4 * messageLengthMost; sent += piece.length) reader.push(piece);
    expect(heldBytes() - before).toBeLessThan(messageLengthMost);
    expect(reader.isInside).toBe(true);
  });

  it('keeps what it was given when the link uses the same bytes again', () => {
    const reader = new ScpiMessageReader();
    const chunk = new Uint8Array(4_096).fill(0x41);
    reader.push(chunk);
    chunk.fill(0x42);
    expect(shown(reader.push(bytes('\n')))).toEqual([`- ${'A'.repeat(4_096)}`]);
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

  it.each([
    '-113,"Undefined header;DATA #15"\n',
    'ACME,Model #15,1,2.0\n',
    '"say ""hi\n""",2\n',
    '5.2",#HFF\n',
    "O'Brien\n",
    '#10\n',
    '\n',
  ])('reads %j as one', (response) => {
    const progress = new ScpiReplyReader().push(bytes(`${response}2\n`), false);
    expect(progress).toMatchObject({ kind: 'done', reply: bytes(response), rest: bytes('2\n') });
  });

  it('ends a block without length at END where the link has it, else at the line feed', () => {
    const response = bytes('#0a\nb\n');
    expect(new ScpiReplyReader().push(response, true)).toMatchObject({ reply: bytes('#0a\n') });
    const reader = new ScpiReplyReader({ isMessageLink: true });
    expect(reader.push(response.subarray(0, 4), false).kind).toBe('more');
    expect(reader.push(response.subarray(4), true)).toMatchObject({ reply: response });
  });

  it('ends a reply at a terminator of its own, and drops the line feed of the one before', () => {
    const reader = new ScpiReplyReader({ terminator: '\r' });
    const progress = reader.push(bytes('\n1.5\r\n'), false);
    expect(progress).toMatchObject({ kind: 'done', reply: bytes('1.5\r'), rest: bytes('\n') });
    expect(responseText(bytes('1.5\r'))).toBe('1.5');
    expect(responseText(bytes('1.5\r\n'))).toBe('1.5');
  });

  it('refuses a response that is too long as soon as its block says so', () => {
    const head = `#8${responseLengthMost}`;
    expect(new ScpiReplyReader().push(bytes(head), false).kind).toBe('malformed');
    const reader = new ScpiReplyReader();
    const piece = new Uint8Array(1_048_576).fill(0x41);
    const kinds = new Set<string>();
    for (let sent = 0; sent <= responseLengthMost; sent += piece.length) {
      kinds.add(reader.push(piece, false).kind);
    }
    expect([...kinds]).toEqual(['more', 'malformed']);
    const full = new ScpiReplyReader();
    expect(full.push(new Uint8Array(responseLengthMost).fill(0x41), false).kind).toBe('more');
    expect(full.push(bytes('\n'), false).kind).toBe('malformed');
  });

  it('ends a reply at the END of a link that has one', () => {
    const progress = new ScpiReplyReader().push(bytes('1.5'), true);
    expect(progress.kind === 'done' ? text(progress.reply) : progress.kind).toBe('1.5');
  });
});
