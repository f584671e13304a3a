import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { count } from '../../support/count.ts';
import { everyRoute } from './every-route.ts';
import { openDoor } from './open-door.ts';
import { rawRequest } from './raw-request.ts';

test('whatever the body, every answer is one of ours and none is a failure of ours', async () => {
  await using door = await openDoor({
    services: {
      logLevels: { levels: () => ({}), setLevel: () => {} },
      discover: async () => [],
    },
  });
  const { host } = new URL(door.url);
  const ways = (await everyRoute(door.url)).filter(
    ({ method, path }) => /POST|PUT|DELETE/.test(method) && !path.endsWith('release'),
  );
  const likely = fc.record(
    {
      value: fc.anything(),
      message: fc.string(),
      waitMs: fc.oneof(fc.constant(1), fc.anything()),
      holdMs: fc.oneof(fc.constant(100), fc.anything()),
      mode: fc.oneof(fc.constant('exclusive'), fc.anything()),
      values: fc.dictionary(fc.string(), fc.anything()),
      priority: fc.anything(),
      port: fc.string(),
      reason: fc.string(),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    likely.map(
      (value) =>
        JSON.stringify({ ...value, ...((value.waitMs ?? 1) === 1 ? { waitMs: 1 } : {}) }) ?? '',
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ways), body, async (way, text) => {
      const headers = { ...way.headers, host, 'content-type': 'application/json' };
      // Nobody is there to give back what such bodies may be granted.
      for (const lease of door.lab.port.leases()) await lease.release();
      const { status, text: answer } = await rawRequest({
        url: door.url,
        ...way,
        headers,
        body: text,
      });
      expect(status).toBeLessThan(505);
      expect(status).not.toBe(500);
      if (status < 400) return;
      const { error } = JSON.parse(answer) as { error: Record<string, unknown> };
      expect(Object.keys(error).toSorted()).toEqual(
        ['code', 'details', 'fault', 'message', 'nextStep', 'requestId'].toSorted(),
      );
      expect(error['message']).not.toMatch(/\n/);
    }),
    { numRuns: count(3_000) },
  );
  expect((await door.ask('GET', '/livez')).status).toBe(200);
});
