import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { LatestValues } from '../../../src/telemetry/index.ts';
import type { LatestChange, LatestRecord } from '../../../src/telemetry/index.ts';
import { seed } from '../../support/seed.ts';

const why = { code: 'INSTRUMENT_TIMEOUT', message: 'no answer' };

describe('the newest values', () => {
  it('are those that were read last, with unit, time and quality', () => {
    const latest = new LatestValues(new ManualClock(5_000));
    latest.set('mfc', { flow: { value: 1.5, unit: 'ln/min' }, mode: { value: 'auto' } });
    latest.update('mfc', { flow: { value: 2, unit: 'ln/min' } }, {}, 6_000);
    expect(latest.get('mfc')).toEqual({
      instrument: 'mfc',
      updatedMs: 6_000,
      revision: 2,
      values: {
        flow: { value: 2, unit: 'ln/min', atMs: 6_000, quality: 'good' },
        mode: { value: 'auto', atMs: 5_000, quality: 'good' },
      },
    });
    expect(latest.lastUpdated('mfc')).toBe(6_000);
  });

  it('of an instrument are forgotten when others are set, and when it is removed', () => {
    const latest = new LatestValues();
    latest.set('a', { one: { value: 1 } });
    latest.set('a', { two: { value: 2 } });
    expect(Object.keys(latest.get('a')?.values ?? {})).toEqual(['two']);
    expect(latest.remove('a')).toBe(true);
    expect(latest.remove('a')).toBe(false);
    expect([latest.has('a'), latest.get('a'), latest.lastUpdated('a'), latest.all()]).toEqual([
      false,
      undefined,
      undefined,
      [],
    ]);
  });

  it('that cannot be read again are kept, marked as bad with the reason', () => {
    const latest = new LatestValues();
    latest.set('a', { flow: { value: 3 } }, 1_000);
    latest.update('a', {}, { flow: why, never: why }, 2_000);
    expect(latest.get('a')?.values).toEqual({
      flow: { value: 3, atMs: 1_000, quality: 'bad', why },
      never: { atMs: 0, quality: 'bad', why },
    });
    latest.update('a', { flow: { value: 4 } }, {}, 3_000);
    expect(latest.get('a')?.values['flow']).toEqual({ value: 4, atMs: 3_000, quality: 'good' });
    latest.age('a', ['flow'], why);
    expect(latest.get('a')?.values['flow']).toMatchObject({ value: 4, quality: 'stale', why });
  });

  it('cannot be spoilt by who has them', () => {
    const latest = new LatestValues();
    const bytes = new Uint8Array([1, 2]);
    latest.set('a', { raw: { value: bytes }, flow: { value: 1 } });
    bytes[0] = 9;
    const given = latest.get('a');
    const raw = given?.values['raw']?.value;
    if (raw instanceof Uint8Array) raw[1] = 9;
    expect(() => Object.assign(given?.values['flow'] ?? {}, { value: 2 })).toThrow(TypeError);
    expect(() => Object.assign(given?.values ?? {}, { flow: 2 })).toThrow(TypeError);
    expect(() => Object.assign(latest.all()[0] ?? {}, { revision: 0 })).toThrow(TypeError);
    expect(latest.get('a')?.values).toMatchObject({
      raw: { value: new Uint8Array([1, 2]) },
      flow: { value: 1 },
    });
  });

  it('stay with who took them, whatever comes later', () => {
    const latest = new LatestValues();
    latest.set('a', { flow: { value: 1 } });
    const before = latest.all();
    latest.update('a', { flow: { value: 2 } });
    latest.remove('a');
    expect(before[0]?.values['flow']?.value).toBe(1);
  });

  it('of a model and of ours are the same after any changes, each told whole and once', () => {
    const name = fc.constantFrom('a', 'b');
    const values = fc.dictionary(
      fc.constantFrom('x', 'y', 'z'),
      fc.record({ value: fc.oneof(fc.double(), fc.string(), fc.boolean()) }),
    );
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), name, values }),
      fc.record({ kind: fc.constant('update' as const), name, values, bad: values }),
      fc.record({ kind: fc.constant('remove' as const), name }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = new ManualClock();
        const latest = new LatestValues(clock);
        const model = new Map<string, Map<string, { value?: unknown; quality: string }>>();
        const told: LatestChange[] = [];
        const seen = new Map<string, LatestRecord>();
        latest.events.on('changed', (change) => {
          told.push(change);
          seen.set(change.record.instrument, change.record);
        });
        latest.events.on('removed', ({ instrument }) => seen.delete(instrument));
        let changes = 0;
        for (const each of steps) {
          if (each.kind === 'remove') {
            latest.remove(each.name);
            model.delete(each.name);
            continue;
          }
          changes += 1;
          const kept = each.kind === 'set' ? new Map() : new Map(model.get(each.name));
          for (const [key, { value }] of Object.entries(each.values)) {
            kept.set(key, { value, quality: 'good' });
          }
          if (each.kind === 'set') latest.set(each.name, each.values);
          else {
            const bad = Object.keys(each.bad);
            for (const key of bad) {
              const before =
                each.values[key] === undefined ? kept.get(key) : model.get(each.name)?.get(key);
              kept.set(key, {
                ...(before?.value === undefined ? {} : { value: before.value }),
                quality: 'bad',
              });
            }
            latest.update(each.name, each.values, Object.fromEntries(bad.map((key) => [key, why])));
          }
          model.set(each.name, kept);
        }
        expect(told).toHaveLength(changes);
        for (const [instrument, kept] of model) {
          const record = latest.get(instrument);
          expect(seen.get(instrument)).toEqual(record);
          const shown = Object.entries(record?.values ?? {}).map(([key, { value, quality }]) => [
            key,
            { ...(value === undefined ? {} : { value }), quality },
          ]);
          expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(kept));
        }
        expect(latest.size).toBe(model.size);
      }),
      { seed },
    );
  });
});
