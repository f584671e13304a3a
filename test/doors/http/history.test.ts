import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { HistoryReader, SqliteHistory } from '../../../src/telemetry/index.ts';
import { append, HistoryFolder, samplesOf } from '../../telemetry/history/history-folder.ts';
import { openDoor } from './open-door.ts';

const day = Date.parse('2026-11-30T00:00:00Z');

describe('history over HTTP', () => {
  it('gives recorded values, few enough for a plot', async () => {
    await using folder = new HistoryFolder();
    const history = folder.open();
    const values = Array.from({ length: 600 }, (_, index): [number, number] => [
      day + index * 1_000,
      index === 123 ? 99 : 1,
    ]);
    await append(history, samplesOf('nitrogen.fMeasure', values, 'ln/min'));
    await append(history, samplesOf('nitrogen.state', [[day, 'idle']]));
    await using door = await openDoor({ services: { history } });
    const path = `/api/v1/history?series=nitrogen.fMeasure,nitrogen.state&from=${day}&to=${day + 600_000}`;
    const { status, body } = await door.ask('GET', `${path}&points=50`);
    expect(status).toBe(200);
    const [flow, state] = body['series'] as Record<string, unknown[]>[];
    expect(flow).toMatchObject({ unit: 'ln/min', resolution: 'raw' });
    expect(flow?.['atMs']?.length).toBeLessThanOrEqual(50);
    expect(flow?.['maximum']).toContain(99);
    expect(state).toMatchObject({ atMs: [day], last: ['idle'], mean: [null] });
    const list = await door.ask('GET', '/api/v1/history/series');
    expect(list.body['series']).toEqual([
      {
        instrument: 'nitrogen',
        parameter: 'fMeasure',
        unit: 'ln/min',
        kind: 'number',
        firstMs: day,
        lastMs: day + 599_000,
      },
      { instrument: 'nitrogen', parameter: 'state', kind: 'text', firstMs: day, lastMs: day },
    ]);
  });

  it('says that nothing is recorded, and what makes no sense', async () => {
    await using door = await openDoor();
    const { status, body } = await door.ask('GET', '/api/v1/history?series=a.x');
    expect([status, body['error']]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    for (const query of [
      '',
      'series=a',
      'series=a.x&from=2&to=1',
      'series=a.x&points=0',
      'series=a.x&from=x',
    ]) {
      await using folder = new HistoryFolder();
      await using other = await openDoor({ services: { history: folder.open() } });
      const answer = await other.ask('GET', `/api/v1/history?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
    }
  });
});

describe('an export over HTTP', () => {
  it('comes as fast as it is read, and ends with who asked for it', async () => {
    await using folder = new HistoryFolder();
    const history = folder.open();
    const values = Array.from({ length: 300_000 }, (_, at): [number, number] => [day + at, at]);
    await append(history, samplesOf('a.x', values));
    await using door = await openDoor({ services: { history } });
    const url = `${door.url}/api/v1/history/export?series=a.x`;
    const whole = await fetch(url);
    expect(whole.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const text = await whole.text();
    expect(text.split('\n')).toHaveLength(300_002);
    const expected = Number(whole.headers.get('signalbox-expected-bytes'));
    expect(Math.abs(expected - text.length) / text.length).toBeLessThan(0.05);

    const stop = new AbortController();
    const pages = countedPages(history);
    await using other = await openDoor({ services: { history: pages.reader } });
    const slow = await fetch(`${other.url}/api/v1/history/export?series=a.x`, {
      signal: stop.signal,
    });
    await slow.body?.getReader().read();
    // What the sockets of both sides hold is read ahead, and no more.
    await expect.poll(() => pages.isSteady()).toBe(true);
    expect(pages.read()).toBeLessThan(30);
    stop.abort();
    await expect.poll(() => pages.hasEnded()).toBe(true);
  });

  it('as Arrow is named as such', async () => {
    await using folder = new HistoryFolder();
    const history = folder.open();
    await append(history, samplesOf('a.x', [[day, 1]]));
    await using door = await openDoor({ services: { history } });
    const answer = await fetch(`${door.url}/api/v1/history/export?series=a.x&format=arrow`);
    expect(answer.headers.get('content-type')).toBe('application/vnd.apache.arrow.stream');
    expect(tableFromIPC(new Uint8Array(await answer.arrayBuffer())).numRows).toBe(1);
    const wrong = await door.ask('GET', '/api/v1/history/export?series=a.x&format=parquet');
    expect(wrong.status).toBe(400);
  });
});

/** A history of which it is known how much of an export was read. */
function countedPages(history: SqliteHistory) {
  let read = 0;
  let before = -1;
  let hasEnded = false;
  const reader: HistoryReader = {
    query: history.query.bind(history),
    series: history.series.bind(history),
    latestBefore: history.latestBefore.bind(history),
    countRows: history.countRows.bind(history),
    async *pages(query, options) {
      try {
        for await (const page of history.pages(query, options)) {
          read += 1;
          yield page;
        }
      } finally {
        hasEnded = true;
      }
    },
  };
  return {
    reader,
    read: () => read,
    isSteady: () => {
      const isSteady = read === before;
      before = read;
      return isSteady;
    },
    hasEnded: () => hasEnded,
  };
}
