import type { Hub, SystemMonitor } from '../../telemetry/index.ts';

/** How the process of the gateway stands, as `system`: the newest sample. */
export function publishSystem(
  hub: Hub,
  system: Pick<SystemMonitor, 'latest' | 'events'>,
): Disposable {
  using made = new DisposableStack();
  const topic = hub.topic('system', { kind: 'values' });
  made.defer(() => hub.remove(topic));
  topic.publish(() => system.latest());
  made.use(system.events.on('sampled', (sample) => topic.publish(() => sample)));
  return made.move();
}
