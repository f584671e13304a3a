import type { ConfigRevision, Settings } from '../../config/index.ts';
import { given } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Hub } from '../../telemetry/index.ts';

/** So many changes of the settings are kept for clients that come back. */
const keep = 1_000;

/** Changes of the settings, as `config`: which keys, not what they are now. */
export function publishSettings(
  hub: Hub,
  settings: Pick<Settings<unknown>, 'onChange'>,
  clock: Clock,
): Disposable {
  using made = new DisposableStack();
  const topic = hub.topic('config', { kind: 'events', keep });
  made.defer(() => hub.remove(topic));
  made.use(
    settings.onChange((change) =>
      topic.publish({ event: 'config', atMs: clock.now(), data: changeReport(change) }),
    ),
  );
  return made.move();
}

function changeReport({ revision, at, by, why, keys }: ConfigRevision): object {
  return { revision, at, by, ...given({ why }), keys };
}
