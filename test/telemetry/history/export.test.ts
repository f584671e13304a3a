import { tableFromIPC } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportHistory } from '../../../src/telemetry/index.ts';
import type { ExportFormat, ExportQuery, SqliteHistory } from '../../../src/telemetry/index.ts';
import { append, HistoryFolder, named, samplesOf } from './history-folder.ts';

const day = Date.parse('2026-11-30T00:00:00Z');
const second = 1_000;

let folder: HistoryFolder;
let store: SqliteHistory;
beforeEach(() => {
  folder = new HistoryFolder();
  store = folder.open();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

async function exported(
  format: ExportFormat,
  query: Partial<ExportQuery>,
): Promise<{ bytes: Buffer; expected: number | undefined; pieces: number }> {
  const all = { series: [], fromMs: 0, toMs: day * 2, resolution: 'raw' as const, ...query };
  const { chunks, expectedBytes } = await exportHistory(store, all, format);
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return { bytes: Buffer.concat(parts), expected: expectedBytes, pieces: parts.length };
}

const few = [
  ...samplesOf(
    'nitrogen.fMeasure',
    [
      [day, 1.5],
      [day + second, -0.25],
    ],
    'ln/min',
  ),
  ...samplesOf('nitrogen.isOpen', [
    [day, true],
    [day + 1, false],
  ]),
  ...samplesOf('player.track', [
    [day, 'a "quoted", name'],
    [day + 1, 'Ünï\nline'],
  ]),
];

describe('an export', () => {
  it('as CSV has each value with its time, series and unit', async () => {
    await append(store, few);
    const series = ['nitrogen.fMeasure', 'nitrogen.isOpen', 'player.track'].map(named);
    const { bytes } = await exported('csv', { series });
    expect(bytes.toString()).toBe(
      [
        'time,instrument,parameter,value,unit',
        '2026-11-30T00:00:00.000Z,nitrogen,fMeasure,1.5,ln/min',
        '2026-11-30T00:00:01.000Z,nitrogen,fMeasure,-0.25,ln/min',
        '2026-11-30T00:00:00.000Z,nitrogen,isOpen,true,',
        '2026-11-30T00:00:00.001Z,nitrogen,isOpen,false,',
        '2026-11-30T00:00:00.000Z,player,track,"a ""quoted"", name",',
        '2026-11-30T00:00:00.001Z,player,track,"Ünï\nline",',
        '',
      ].join('\n'),
    );
    const minutes = await exported('csv', { series, resolution: 'minute' });
    expect(minutes.bytes.toString().split('\n').slice(0, 3)).toEqual([
      'time,instrument,parameter,count,mean,minimum,maximum,last,unit',
      '2026-11-30T00:00:00.000Z,nitrogen,fMeasure,2,0.625,-0.25,1.5,-0.25,ln/min',
      '2026-11-30T00:00:00.000Z,nitrogen,isOpen,2,0.5,0,1,false,',
    ]);
    const none = await exported('csv', { series: [named('a.never')] });
    expect(none.bytes.toString()).toBe('time,instrument,parameter,value,unit\n');
  });

  it('as Arrow is read by others, with units and what is no number', async () => {
    await append(store, few);
    const series = ['nitrogen.fMeasure', 'nitrogen.isOpen', 'player.track'].map(named);
    const table = tableFromIPC((await exported('arrow', { series })).bytes);
    const rows = table.toArray().map((row) => {
      const { time, series: name, value, text } = (row?.toJSON() ?? {}) as Record<string, unknown>;
      return [Number(time), name, value, text];
    });
    expect(rows).toEqual([
      [day, 'nitrogen.fMeasure', 1.5, null],
      [day + second, 'nitrogen.fMeasure', -0.25, null],
      [day, 'nitrogen.isOpen', 1, null],
      [day + 1, 'nitrogen.isOpen', 0, null],
      [day, 'player.track', null, 'a "quoted", name'],
      [day + 1, 'player.track', null, 'Ünï\nline'],
    ]);
    expect(table.schema.metadata.get('unit.nitrogen.fMeasure')).toBe('ln/min');
    const hours = tableFromIPC((await exported('arrow', { series, resolution: 'hour' })).bytes);
    expect(hours.schema.fields.map(({ name }) => name)).toEqual([
      'time',
      'series',
      'count',
      'mean',
      'minimum',
      'maximum',
      'last',
      'text',
    ]);
    expect(hours.get(0)?.toJSON()).toMatchObject({ count: 2, mean: 0.625, minimum: -0.25 });
    const none = tableFromIPC((await exported('arrow', { series: [named('a.never')] })).bytes);
    expect(none.numRows).toBe(0);
  });

  it.each(['csv', 'arrow'] as const)(
    'as %s comes piece by piece, and says how long it will be',
    async (format) => {
      const values = Array.from({ length: 45_000 }, (_, index): [number, number] => [
        day + index * 100,
        Math.sin(index),
      ]);
      await append(store, [...samplesOf('a.x', values), ...samplesOf('a.y', values.slice(0, 10))]);
      const query = { series: [named('a.x'), named('a.y')] };
      const { bytes, expected = 0, pieces } = await exported(format, query);
      expect(pieces).toBeGreaterThan(4);
      expect(Math.abs(expected - bytes.length) / bytes.length).toBeLessThan(0.05);
      if (format === 'csv') expect(bytes.toString().split('\n')).toHaveLength(45_012);
      else expect(tableFromIPC(bytes).numRows).toBe(45_010);
    },
  );

  it.each(['csv', 'arrow'] as const)(
    'as %s reads no further than somebody takes it',
    async (format) => {
      const values = Array.from({ length: 60_000 }, (_, at): [number, number] => [day + at, at]);
      await append(store, samplesOf('a.x', values));
      let pages = 0;
      const reader = {
        query: store.query.bind(store),
        series: store.series.bind(store),
        latestBefore: store.latestBefore.bind(store),
        countRows: store.countRows.bind(store),
        async *pages(query: ExportQuery) {
          for await (const page of store.pages(query)) {
            pages += 1;
            yield page;
          }
        },
      };
      const query = {
        series: [named('a.x')],
        fromMs: 0,
        toMs: day * 2,
        resolution: 'raw' as const,
      };
      const { chunks } = await exportHistory(reader, query, format);
      await chunks.next();
      await chunks.next();
      expect(pages).toBe(2);
      await chunks.return();
      expect(pages).toBe(2);
    },
  );
});
