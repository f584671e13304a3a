import { z } from 'zod';

import { given, SignalboxError } from '../../../kernel/index.ts';
import { sleepMinutes } from '../../../schedules/index.ts';
import type { Scheduler } from '../../../schedules/index.ts';
import { failures, onTheWire } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const timer = z.looseObject({
  player: z.string(),
  endsAtMs: z.number(),
  minutes: z.number(),
  by: z.string(),
});

/** Players that fall silent after a time. */
export function sleepRoutes(server: HttpServer, { callers, services }: RouteContext): void {
  const tags = ['players'];
  const params = z.object({ player: name });

  const scheduler = (): Scheduler => {
    if (services.schedules !== undefined) return services.schedules;
    throw new SignalboxError('NOT_FOUND', 'this gateway has no players');
  };

  const all = {
    summary: 'Which players will fall silent, and when',
    tags,
    response: { 200: answer('The sleep timers', z.object({ sleepTimers: z.array(timer) })) },
  };
  server.get('/api/v1/sleep-timers', { schema: all }, () => ({
    sleepTimers: services.schedules?.sleepTimers() ?? [],
  }));

  const start = {
    summary: 'Lets a player fall silent after a time, with a fade-out in the last minute',
    description:
      'Replaces the timer before. With `play` the player begins that, to fall asleep to.',
    tags,
    params,
    body: z.strictObject({
      minutes: z.number().int().min(1).max(sleepMinutes.most).default(sleepMinutes.usual),
      play: z
        .strictObject({
          uri: z.string().min(1).max(200),
          device: z.string().min(1).max(100).optional(),
          volume: z.number().int().min(0).max(100).optional(),
          shuffle: z.boolean().optional(),
        })
        .optional(),
    }),
    response: {
      200: answer('The sleep timer', timer),
      ...failures('VALUE_OUT_OF_RANGE', 'VALUE_INVALID', 'ALARM_FAILED', ...onTheWire),
    },
  };
  server.post('/api/v1/players/:player/sleep', { schema: start }, async (request, reply) => {
    const { by, signal } = callers.of(request, reply);
    const { minutes, play } = request.body;
    const options = {
      minutes,
      signal,
      ...(play === undefined ? {} : { play: { ...given(play), uri: play.uri } }),
    };
    return await scheduler().startSleepTimer(request.params.player, by, options);
  });

  const stop = {
    summary: 'Lets a player play on, as loud as before',
    tags,
    params,
    response: {
      200: answer('Whether it had a sleep timer', z.object({ stopped: z.boolean() })),
      ...failures('NOT_FOUND'),
    },
  };
  server.delete('/api/v1/players/:player/sleep', { schema: stop }, async (request, reply) => {
    const { signal } = callers.of(request, reply);
    return { stopped: await scheduler().stopSleepTimer(request.params.player, signal) };
  });
}
