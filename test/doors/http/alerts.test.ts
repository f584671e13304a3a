import { expect, test } from 'vitest';

import { SignalboxClient } from '../../../src/client/index.ts';
import { AlertBench } from '../../telemetry/alerts/support.ts';
import { openDoor } from './open-door.ts';

const rules = `
[alerts.hot]
title = "Too hot"
severity = "critical"
parameter = "p"
is = "above"
value = 70
[alerts.off]
enabled = false
parameter = "p"
is = "above"
value = 70
`;

test('alerts are listed with what is raised, acknowledged and silenced by whoever asks', async () => {
  await using bench = new AlertBench(rules);
  await using door = await openDoor({ services: { alerts: bench.alerts } });
  await bench.set('oven', { p: 80 });
  await bench.set('mfc-1', { p: 80 });
  const { body } = await door.ask('GET', '/api/v1/alerts');
  expect(body['alerts']).toMatchObject([
    {
      name: 'hot',
      title: 'Too hot',
      severity: 'critical',
      state: 'raised',
      words: 'p above 70',
      watched: 2,
      raised: [
        { subject: 'oven', value: 80, message: 'oven: p is 80; alert: above 70' },
        { subject: 'mfc-1' },
      ],
    },
    { name: 'off', state: 'off', raised: [] },
    { name: 'instrument-offline', state: 'quiet', isBuiltIn: true },
    { name: 'recording-stopped', state: 'quiet', watched: 0 },
  ]);
  expect(body['history']).toMatchObject([{ subject: 'mfc-1' }, { subject: 'oven' }]);

  const acknowledged = await door.ask('POST', '/api/v1/alerts/hot/acknowledge', {
    subject: 'oven',
    why: 'the fan is new',
  });
  expect(acknowledged.body['acknowledged']).toMatchObject([
    { subject: 'oven', acknowledged: { why: 'the fan is new' } },
  ]);
  const silence = await door.ask('POST', '/api/v1/alerts/h*/silence', { forS: 600, why: 'repair' });
  expect(silence.body).toMatchObject({ alert: 'h*', why: 'repair' });
  await bench.set('mfc-2', { p: 80 });
  expect(bench.sent).not.toContain('raised mfc-2');
  const ended = await door.ask('DELETE', '/api/v1/alerts/h*/silence');
  expect(ended.body['ended']).toHaveLength(1);
  expect(bench.sent).toContain('raised mfc-2');

  const page = await door.ask('GET', '/api/v1/alerts/history?alert=hot&limit=1&beforeId=3');
  expect(page.body['alerts']).toMatchObject([{ subject: 'mfc-1', id: 2 }]);
});

test('what does not exist or cannot be is refused', async () => {
  await using bench = new AlertBench(rules);
  await using door = await openDoor({ services: { alerts: bench.alerts } });
  const unknown = await door.ask('POST', '/api/v1/alerts/hit/acknowledge', {});
  expect(unknown.status).toBe(404);
  expect((await door.ask('POST', '/api/v1/alerts/hit/silence', { forS: 60 })).status).toBe(404);
  expect((await door.ask('POST', '/api/v1/alerts/hot/silence', { forS: 0 })).status).toBe(400);
  expect((await door.ask('POST', '/api/v1/alerts/hot/silence', {})).status).toBe(400);
});

test('a gateway without alerts has none to list, and none to silence', async () => {
  await using door = await openDoor();
  expect((await door.ask('GET', '/api/v1/alerts')).body).toMatchObject({ alerts: [] });
  expect((await door.ask('POST', '/api/v1/alerts/x/silence', { forS: 1 })).status).toBe(404);
});

test('the client has them typed', async () => {
  await using bench = new AlertBench(rules);
  await using door = await openDoor({ services: { alerts: bench.alerts } });
  const { alerts } = new SignalboxClient({ url: door.url });
  await bench.set('oven', { p: 80 });
  expect((await alerts.list()).alerts[0]?.raised[0]?.subject).toBe('oven');
  expect(await alerts.acknowledge('hot', { why: 'known' })).toHaveLength(1);
  expect((await alerts.silence('hot', 60)).alert).toBe('hot');
  expect(await alerts.endSilence('hot')).toHaveLength(1);
  expect(await alerts.history({ alert: 'hot', limit: 5 })).toHaveLength(1);
});
