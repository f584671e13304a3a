import type { Directory, DirectoryEvents } from '../../doors/index.ts';
import type { Instrument } from '../../instruments/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Hub } from '../../telemetry/index.ts';

/** So many changes of the instruments are kept for clients that come back. */
const keep = 1_000;

/** Which instruments there are, and which come, change and go, as `instruments`. */
export function publishInstruments(
  hub: Hub,
  { instruments, events }: Directory,
  clock: Clock,
): Disposable {
  using made = new DisposableStack();
  const topic = hub.topic('instruments', {
    kind: 'events',
    keep,
    snapshot: () => ({ instruments: Array.from(instruments.values(), briefly) }),
  });
  made.defer(() => hub.remove(topic));
  const pass = <Name extends keyof DirectoryEvents>(
    name: Name,
    event: 'added' | 'removed' | 'changed',
    dataOf: (payload: DirectoryEvents[Name]) => object,
  ): void => {
    const listener = events?.on(name, (payload) =>
      topic.publish({ event, atMs: clock.now(), data: dataOf(payload) }),
    );
    if (listener !== undefined) made.use(listener);
  };
  pass('instrumentAdded', 'added', briefly);
  pass('instrumentChanged', 'changed', briefly);
  pass('instrumentRemoved', 'removed', ({ name }) => ({ instrument: name }));
  return made.move();
}

function briefly({ name, port, driver }: Instrument): object {
  return { instrument: name, port: port.name, family: driver.family };
}
