import { expect, test } from 'vitest';

import { TopicPlaces } from '../../src/client/topic-places.ts';
import type { TopicBeginningReport } from '../../src/client/subscription-reports.ts';

function events(topic: string, sequence: number, snapshot: boolean): TopicBeginningReport {
  return { topic, kind: 'events', sequence, snapshot };
}

test('a gap that was to be told by a snapshot that never came is told before what comes next', () => {
  const places = new TopicPlaces();
  places.begin('one', [events('alerts', 4, false)], false);
  expect(places.take({ topic: 'alerts', sequence: 5 })).toBe('new');
  // A new life says that a snapshot comes, and the connection breaks before it does.
  places.begin('two', [events('alerts', 0, true)], true);
  expect(places.resume).toEqual({ epoch: 'two', sequences: {} });
  places.begin('two', [events('alerts', 0, false)], true);
  expect(places.take({ topic: 'alerts', sequence: 1 })).toBe('new after a gap');
  expect(places.take({ topic: 'alerts', sequence: 2 })).toBe('new');
});

test('a topic that comes only later in a new life is behind a gap', () => {
  const places = new TopicPlaces();
  places.begin('one', [events('ports.a', 4, false), events('ports.b', 7, false)], false);
  places.begin('two', [], true);
  expect(places.take({ topic: 'ports.a', sequence: 1 })).toBe('new after a gap');
  expect(places.take({ topic: 'ports.a', sequence: 2 })).toBe('new');
  expect(places.takeSnapshot({ topic: 'ports.b', sequence: 3, gap: false })).toBe(true);
  expect(places.take({ topic: 'ports.c', sequence: 1 })).toBe('new');
});
