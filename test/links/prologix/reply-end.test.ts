import { describe, expect, it } from 'vitest';
import { ReplyEnd } from '../../../src/links/prologix/reply-end.ts';

const endByte = 200;
const mark = Buffer.from('200\r\n2500\r\n');
const end = Buffer.concat([Buffer.of(endByte), mark]);

/** What comes of pieces, each with the time at which it comes. */
function read(pieces: readonly (readonly [string | Uint8Array, number])[]): {
  text: string;
  outcome: string | undefined;
} {
  const reply = new ReplyEnd({ endByte, mark, pauseMs: 1_000 });
  let text = '';
  let outcome: string | undefined;
  for (const [piece, atMs] of pieces) {
    const progress = reply.push(Buffer.from(piece as Uint8Array), atMs);
    text += Buffer.from(progress.data).toString('latin1');
    outcome = progress.outcome;
  }
  return { text, outcome };
}

describe('the end of a reply behind an adapter', () => {
  it('is where the end byte and the mark come together, however they are cut', () => {
    const whole = Buffer.concat([Buffer.from('+1.25E-3\r\n'), end]);
    expect(read([[whole, 0]])).toEqual({ text: '+1.25E-3\r\n', outcome: 'end' });
    for (let cut = 1; cut < whole.length; cut += 1) {
      const pieces = [whole.subarray(0, cut), whole.subarray(cut)] as const;
      const outcome = read([
        [pieces[0], 5],
        [pieces[1], 40],
      ]);
      expect(outcome).toEqual({ text: '+1.25E-3\r\n', outcome: 'end' });
    }
    const bytes = Array.from(whole, (byte, at) => [Uint8Array.of(byte), at] as const);
    expect(read(bytes)).toEqual({ text: '+1.25E-3\r\n', outcome: 'end' });
  });

  it('is not where a message has the end byte, the mark, or both in its middle', () => {
    const text = `a${end.toString('latin1')}b${mark.toString('latin1')}c`;
    const whole = Buffer.concat([Buffer.from(text, 'latin1'), end]);
    expect(read([[whole, 0]])).toEqual({ text, outcome: 'end' });
  });

  it('is not the mark alone without a pause: that is a message which has it', () => {
    expect(
      read([
        ['1,', 0],
        [mark, 1],
      ]).outcome,
    ).toBeUndefined();
    expect(
      read([
        ['1,', 0],
        [mark, 1],
        [end, 2],
      ]),
    ).toEqual({
      text: `1,${mark.toString()}`,
      outcome: 'end',
    });
  });

  it('is no end when the mark alone comes after a pause', () => {
    expect(
      read([
        ['half', 0],
        [mark, 1_000],
      ]),
    ).toEqual({ text: 'half', outcome: 'silence' });
    expect(read([[mark, 1_000]])).toEqual({ text: '', outcome: 'silence' });
  });

  it('is doubtful when a message stops in the end byte', () => {
    expect(
      read([
        [Buffer.of(65, endByte), 0],
        [mark, 1_000],
      ]).outcome,
    ).toBe('doubtful');
  });
});
