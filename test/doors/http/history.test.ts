import { describe, expect, it } from 'vitest';
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
