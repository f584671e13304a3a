import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, owner } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

/** Why it does not work: what was found, and waits that were refused. */
export function diagnosisRoutes(server: HttpServer, { services }: RouteContext): void {
  const tags = ['gateway'];
  const check = z.looseObject({
    area: z.string().describe('link, lease, deadlock, instrument, worker, disk, clock, tokens, …'),
    name: z.string().describe('The thing itself: port bus'),
    passed: z.boolean(),
    isWarning: z.boolean().optional().describe('Told of, and nothing counts as failed for it'),
    found: z.string().describe('What was found; of what is wrong, why'),
    code: z.string().optional().describe('As in the catalogue of errors'),
    fault: z.enum(['caller', 'instrument', 'link', 'signalbox']).optional(),
    holders: z
      .array(
        z.looseObject({
          program: z.string(),
          pid: z.number().optional(),
          user: z.string().optional(),
          host: z.string().optional(),
          sinceMs: z.number().optional(),
        }),
      )
      .optional()
      .describe('Who has it: owners, and programs outside that have the device open'),
    next: z.string().optional().describe('What to do about it'),
    command: z.string().optional().describe('What to type for that'),
  });
  const show = {
    summary: 'Why it does not work: all that the gateway finds wrong, and what is well',
    description:
      'The same as `signalbox doctor`. Each finding says whose fault it is, who holds the thing and what to do.',
    tags,
    response: {
      200: answer(
        'What was found, wrong or not',
        z.looseObject({ atMs: z.number(), passed: z.boolean(), checks: z.array(check) }),
      ),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/diagnosis', { schema: show }, async () => {
    const { diagnosis } = services;
    if (diagnosis !== undefined) return await diagnosis.findings();
    throw new SignalboxError('NOT_FOUND', 'this gateway does not diagnose itself');
  });

  const deadlock = z.looseObject({
    atMs: z.number(),
    owner,
    resource: z.string(),
    message: z.string().describe('The circle in words'),
    cycle: z.array(z.looseObject({ waiter: z.string(), resource: z.string(), holder: z.string() })),
  });
  const refused = {
    summary: 'Waits that were refused of late, because they would have been deadlocks',
    tags,
    response: {
      200: answer(
        'Oldest first',
        z.looseObject({ total: z.number(), deadlocks: z.array(deadlock) }),
      ),
    },
  };
  server.get('/api/v1/deadlocks', { schema: refused }, () => ({
    total: services.deadlocks?.total ?? 0,
    deadlocks: services.deadlocks?.entries() ?? [],
  }));
}
