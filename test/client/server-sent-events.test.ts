import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { EventParser, eventLengthMost } from '../../src/client/server-sent-events.ts';

test('events are cut wherever the text is', () => {
  const text = ': hello\n\nid: 7\nevent: state\ndata: {"a":1}\n\ndata: one\ndata: two\n\n';
  const expected = [
    { event: 'state', data: '{"a":1}', id: '7' },
    { event: 'message', data: 'one\ntwo' },
  ];
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const parser = new EventParser();
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const events = at.slice(1).flatMap((end, index) => parser.push(text.slice(at[index], end)));
      expect(events).toEqual(expected);
    }),
  );
});

test('an event without end is given up', () => {
  const parser = new EventParser();
  expect(() => parser.push('x'.repeat(eventLengthMost + 1))).toThrow(RangeError);
});
