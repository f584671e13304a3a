import { describe, expect, test } from 'vitest';

import { fits } from '../../../dashboard/src/gateway/topics.ts';
import { LiveRecords } from '../../../dashboard/src/values/live-records.ts';
import { valueWords } from '../../../dashboard/src/values/value-text.ts';

/** A hub that a test tells what to publish. */
function hub() {
  const followed = new Map<string, (data: unknown) => void>();
  return {
    follow: (topic: string, told: (data: unknown) => void) => {
      followed.set(topic, told);
      return () => void followed.delete(topic);
    },
    topics: (): string[] => [...followed.keys()],
    publish: (instrument: string, revision: number): void => {
      const record = { instrument, revision, updatedMs: revision, values: {} };
      for (const [topic, told] of followed) if (fits(`values.${instrument}`, topic)) told(record);
    },
  };
}

describe('live records', () => {
  test('a topic is followed once however many look, and no longer than somebody does', () => {
    const { follow, topics } = hub();
    const records = new LiveRecords(follow);
    const one = records.follow('dmm', () => {});
    const other = records.follow('dmm', () => {});
    const all = records.follow('*', () => {});
    expect(topics()).toEqual(['values.dmm', 'values.*']);
    one();
    one();
    expect(topics()).toEqual(['values.dmm', 'values.*']);
    other();
    all();
    expect(topics()).toEqual([]);
  });

  test('who comes later is told at once what is known', () => {
    const { follow, publish } = hub();
    const records = new LiveRecords(follow);
    records.follow('*', () => {});
    publish('dmm', 1);
    publish('mfc', 7);
    const told: number[] = [];
    records.follow('dmm', ({ revision }) => told.push(revision));
    publish('dmm', 2);
    expect(told).toEqual([1, 2]);
    expect(records.all.size).toBe(2);
  });

  test('an older record that comes late does not replace a newer one', () => {
    const { follow, publish } = hub();
    const records = new LiveRecords(follow);
    records.follow('dmm', () => {});
    publish('dmm', 5);
    publish('dmm', 4);
    expect(records.get('dmm')?.revision).toBe(5);
  });
});

test('patterns of topics: a star is one word, an arrow all that follow', () => {
  expect(fits('values.dmm', 'values.*')).toBe(true);
  expect(fits('values.dmm', 'values.dmm')).toBe(true);
  expect(fits('values.dmm.x', 'values.*')).toBe(false);
  expect(fits('values.dmm.x', 'values.>')).toBe(true);
  expect(fits('values', 'values.>')).toBe(false);
  expect(fits('alerts', 'values.*')).toBe(false);
});

test('values in words: choices by name, bytes by their first ones, nothing as a dash', () => {
  expect(valueWords(1, undefined, { 1: 'N2' })).toBe('N2');
  expect(valueWords(0.0123, 'V')).toBe('12.3 mV');
  expect(valueWords(true)).toBe('on');
  expect(valueWords(undefined)).toBe('–');
  expect(valueWords(null)).toBe('–');
  expect(valueWords('')).toBe('empty');
  expect(valueWords(new Uint8Array(40))).toContain('(40 bytes)');
});
