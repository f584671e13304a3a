import type { Directory } from '../../doors/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Port } from '../../ports/index.ts';
import type { Hub } from '../../telemetry/index.ts';
import { publishPort } from './publish-port.ts';

/** All ports, also those that come later; the topics of one that goes go with it. */
export function publishPorts(hub: Hub, { ports, events }: Directory, clock: Clock): Disposable {
  using made = new DisposableStack();
  const published = new Map<string, Disposable>();
  const end = (name: string): void => {
    published.get(name)?.[Symbol.dispose]();
    published.delete(name);
  };
  const begin = (port: Port): void => {
    // One of the same name is another port now.
    end(port.name);
    published.set(port.name, publishPort(hub, port, clock));
  };
  for (const port of ports.values()) begin(port);
  for (const listener of [
    events?.on('portAdded', begin),
    events?.on('portRemoved', ({ name }) => end(name)),
  ]) {
    if (listener !== undefined) made.use(listener);
  }
  made.defer(() => {
    for (const name of published.keys()) end(name);
  });
  return made.move();
}
