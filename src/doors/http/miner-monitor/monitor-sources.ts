import type { Clock, Timer } from '../../../kernel/index.ts';
import type { Topic } from '../../../telemetry/index.ts';
import type { RouteContext } from '../route-context.ts';
import { minerRecord } from './miner-record.ts';
import type { MinerRecord } from './miner-record.ts';
import { monitorPrefix } from './monitor-encoding.ts';
import { monitorTopics } from './monitor-messages.ts';
import type { MonitorTopic } from './monitor-messages.ts';

/** How often each topic is told, as a miner monitor does. */
export const monitorEveryMs: Readonly<Record<MonitorTopic, number>> = {
  miners: 1_000,
  alerts: 5_000,
  system: 10_000,
  metrics: 10_000,
};

const bytesPerMegabyte = 1_048_576;
const percent = 100;

/** Makes the topics of a miner monitor on a hub; each is told only while somebody listens. */
export function monitorSources(context: RouteContext): Disposable {
  const { hub, clock } = context;
  using made = new DisposableStack();
  let broadcasts = 0;
  const tell = (data: unknown): object => ({
    data,
    timestamp: new Date(clock.now()).toISOString(),
    broadcast_id: (broadcasts += 1),
  });
  for (const name of monitorTopics) {
    const topic: Topic = hub.topic(`${monitorPrefix}${name}`, {
      kind: 'values',
      isApart: true,
      source: () =>
        everyTime(clock, monitorEveryMs[name], () => topic.publish(tell(dataOf(name, context)))),
    });
    made.defer(() => hub.remove(topic));
  }
  return made.move();
}

/** Calls at once, and then again and again. */
function everyTime(clock: Clock, everyMs: number, run: () => void): Disposable {
  let timer: Timer | undefined;
  const again = (): void => {
    timer = clock.schedule(everyMs, again);
    run();
  };
  again();
  return { [Symbol.dispose]: () => timer?.cancel() };
}

function dataOf(topic: MonitorTopic, context: RouteContext): unknown {
  switch (topic) {
    case 'miners':
      return minersOf(context);
    case 'alerts':
      return context.services.alerts?.open() ?? [];
    case 'system':
      return systemOf(context);
    case 'metrics':
      return minersOf(context).map(({ id, last_updated, metrics }) => ({
        miner_id: id,
        timestamp: last_updated,
        metrics,
      }));
  }
}

function minersOf({ directory, services }: RouteContext): readonly MinerRecord[] {
  const latest = services.telemetry?.latest;
  return [...directory.instruments.values()].flatMap(
    (instrument) => minerRecord(instrument, latest?.get(instrument.name)) ?? [],
  );
}

function systemOf({ services, hub, sinceMs, clock }: RouteContext): object {
  const sample = services.system?.latest();
  return {
    uptime: (clock.now() - sinceMs) / 1_000,
    connections: hub.clientCount,
    ...(sample === undefined
      ? {}
      : {
          cpu_percent: sample.cpuShare * percent,
          memory_mb: sample.rssBytes / bytesPerMegabyte,
          event_loop_delay_ms: sample.eventLoopDelay.p99Ms,
        }),
  };
}
