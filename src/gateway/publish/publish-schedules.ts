import type { Clock } from '../../kernel/index.ts';
import type { ScheduleEvents, Scheduler } from '../../schedules/index.ts';
import type { Hub } from '../../telemetry/index.ts';

/** As clients know them: what the scheduler calls `notify` is a `notice`. */
const eventNames = {
  run: 'run',
  notify: 'notice',
  alarm: 'alarm',
  sleepTimer: 'sleepTimer',
} as const satisfies Partial<Record<keyof ScheduleEvents, string>>;

/** So many events of alarms and jobs are kept for clients that come back. */
const keep = 1_000;

/** What alarms, jobs and sleep timers do, as `schedules`. */
export function publishSchedules(
  hub: Hub,
  { events }: Pick<Scheduler, 'events'>,
  clock: Clock,
): Disposable {
  using made = new DisposableStack();
  const topic = hub.topic('schedules', { kind: 'events', keep });
  made.defer(() => hub.remove(topic));
  for (const name of Object.keys(eventNames) as (keyof typeof eventNames)[]) {
    const event = eventNames[name];
    made.use(events.on(name, (data) => topic.publish({ event, atMs: clock.now(), data })));
  }
  return made.move();
}
