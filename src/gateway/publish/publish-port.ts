import { traceReport } from '../../doors/index.ts';
import { given } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Port, PortEvents } from '../../ports/index.ts';
import type { Hub } from '../../telemetry/index.ts';

/** So many of the newest exchanges are in a snapshot of a port's traffic. */
export const trafficShownMost = 100;

/** What happens on a port, as `ports.NAME`, and what goes over its wire, as `traffic.NAME`. */
export function publishPort(hub: Hub, port: Port, clock: Clock): Disposable {
  using made = new DisposableStack();
  made.use(publishEvents(hub, port, clock));
  made.use(publishTraffic(hub, port));
  return made.move();
}

function publishEvents(hub: Hub, port: Port, clock: Clock): Disposable {
  using made = new DisposableStack();
  const topic = hub.topic(`ports.${port.name}`, { kind: 'events', snapshot: () => port.status() });
  made.defer(() => hub.remove(topic));
  const pass = <Name extends keyof PortEvents>(
    event: Name,
    dataOf: (payload: PortEvents[Name]) => object,
  ): void => {
    const listener = (payload: PortEvents[Name]): void =>
      topic.publish({ event, atMs: clock.now(), port: port.name, data: dataOf(payload) });
    made.use(port.events.on(event, listener));
  };
  pass('state', ({ state, reason }) => ({ state, ...given({ reason: reason?.message }) }));
  pass('leaseGranted', (granted) => granted);
  pass('leaseEnded', ({ lease: { id, owner, mode, scope }, end }) => ({
    lease: { id, owner, mode, ...given({ scope }) },
    end,
  }));
  pass('leaseHeldLong', (held) => held);
  pass('audit', (audit) => audit);
  pass('circuit', (circuit) => circuit);
  return made.move();
}

/** Exchanges are many: a port is listened to only while somebody listens to its traffic. */
function publishTraffic(hub: Hub, port: Port): Disposable {
  const topic = hub.topic(`traffic.${port.name}`, {
    kind: 'flow',
    snapshot: () => ({
      port: port.name,
      exchanges: port.trace().slice(-trafficShownMost).map(traceReport),
    }),
    source: () =>
      port.events.on('exchange', (entry) =>
        topic.publish(() => ({ port: port.name, exchange: traceReport(entry) })),
      ),
  });
  return { [Symbol.dispose]: () => hub.remove(topic) };
}
