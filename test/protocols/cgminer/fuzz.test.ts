import {
  array,
  assert,
  constantFrom,
  integer,
  json,
  nat,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CgminerReplyReader,
  encodeCgminerText,
  parseCgminerRequest,
  parseLenientJson,
  parsePackedValues,
} from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { seed } from '../../support/seed.ts';
import { avalonVersion, summary } from './replies.ts';

const parameters = { seed, numRuns: count(20_000) };
const joined = `{"summary":[${summary}],"version":[${avalonVersion}],"id":1}`;

/** A reply with pieces of it taken out, put in or changed, as lines and firmware spoil it. */
const spoilt = tuple(
  constantFrom(summary, avalonVersion, joined),
  array(
    record({
      at: nat({ max: 1_000 }),
      drop: nat({ max: 12 }),
      put: oneof(
        constantFrom(
          'nan',
          'inf',
          '-inf',
          ',',
          '[,{',
          '}{',
          '{',
          '}',
          '[',
          ']',
          '"',
          '\\',
          '\0',
          '',
        ),
        string({ maxLength: 6 }),
      ),
    }),
    { maxLength: 4 },
  ),
  option(nat({ max: 1_000 })),
).map(([text, edits, end]) => {
  const edited = edits.reduce(
    (sum, { at, drop, put }) => sum.slice(0, at) + put + sum.slice(at + drop),
    text,
  );
  return end === null ? edited : edited.slice(0, end);
});

describe('fuzzed replies of cgminer', () => {
  it('end in a reply or a reason, never in a throw, however they are cut', () => {
    const random = oneof(spoilt, string({ maxLength: 300 }));
    assert(
      property(random, integer({ min: 1, max: 64 }), (text, step) => {
        const data = new TextEncoder().encode(text);
        const reader = new CgminerReplyReader('summary+version');
        for (let at = 0; at < data.length; at += step) {
          const progress = reader.push(data.subarray(at, at + step), false);
          if (progress.kind !== 'more') return;
        }
        expect(['done', 'malformed']).toContain(reader.push(new Uint8Array(), true).kind);
      }),
      parameters,
    );
  });

  it('mean the same to the tolerant reader as to JSON where they are JSON', () => {
    assert(
      property(json({ maxDepth: 6 }), (text) => {
        const whole: unknown = JSON.parse(text);
        if (typeof whole !== 'object' || whole === null) return;
        // What JSON writes for a zero with a sign comes back without it.
        expect(parseLenientJson(text)).toEqual({ value: whole, isTruncated: false });
      }),
      parameters,
    );
  });

  it('cut short hold only what stood there', () => {
    const whole = JSON.parse(summary) as { readonly SUMMARY: readonly Record<string, number>[] };
    assert(
      property(nat({ max: summary.length - 1 }), (end) => {
        const part = parseLenientJson(summary.slice(0, end))?.value as typeof whole | undefined;
        for (const [name, value] of Object.entries(part?.SUMMARY?.[0] ?? {})) {
          expect(value).toBe(whole.SUMMARY[0]?.[name]);
        }
      }),
      parameters,
    );
  });
});

describe('fuzzed texts', () => {
  it('are requests or refused as bad arguments', () => {
    assert(
      property(string({ maxLength: 60 }), (text) => {
        try {
          const request = parseCgminerRequest(text);
          encodeCgminerText(request);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_ARGUMENT' });
        }
      }),
      parameters,
    );
  });

  it('give packed values without keys that are empty', () => {
    assert(
      property(string({ maxLength: 200 }), (text) => {
        for (const key of parsePackedValues(text).keys()) expect(key).toMatch(/^\S+$/);
      }),
      parameters,
    );
  });
});
