import { expect, it } from 'vitest';
import { answerTo, askedValues, positionIn } from '../../../src/sessions/propar/asked-values.ts';

const text = { process: 113, parameter: 3, type: 0x60, stringLength: 0 } as const;
const request = Uint8Array.of(0x04, 0x05, 0xe1, 0x71, 0x63, 0, 0x62, 0x71, 0x63, 0);

it('the head of each value is what the client sent in front of it', () => {
  const asked = askedValues(request, [text, text]);
  expect(asked.map(({ head }) => [...head])).toEqual([[0x05, 0xe1], [0x62]]);
});

it('a string that an instrument gave a length, though none was asked for, keeps it', () => {
  const [asked] = askedValues(request, [text]);
  if (asked === undefined) throw new Error('nothing asked');
  const answer = answerTo([asked], [Uint8Array.of(0x41, 0, 0x42)]);
  expect([...answer]).toEqual([0x02, 0x05, 0xe1, 3, 0x41, 0, 0x42]);
});

it('a place in a message of one value is found again in the whole request', () => {
  const [first, second] = askedValues(request, [text, text]);
  if (first === undefined || second === undefined) throw new Error('nothing asked');
  // 1 and 2 are the head, 3 the process, 4 the parameter.
  expect([1, 2, 3, 4].map((position) => positionIn(first, position))).toEqual([1, 2, 3, 4]);
  expect([2, 3, 4].map((position) => positionIn(second, position))).toEqual([6, 7, 8]);
  expect(positionIn(second, 0)).toBe(6);
});
