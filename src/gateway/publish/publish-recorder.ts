import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Hub, Recorder, RecorderEvents } from '../../telemetry/index.ts';

/** So many events of the recorder are kept for clients that come back. */
const keep = 100;

/** That nothing can be recorded, that it can again, and what was lost, as `recorder`. */
export function publishRecorder(
  hub: Hub,
  recorder: Pick<Recorder, 'events' | 'status'>,
  clock: Clock,
): Disposable {
  using made = new DisposableStack();
  const topic = hub.topic('recorder', {
    kind: 'events',
    keep,
    snapshot: () => {
      const { error, ...status } = recorder.status();
      return error === undefined ? status : { ...status, error: error.toJSON() };
    },
  });
  made.defer(() => hub.remove(topic));
  const pass = (event: keyof RecorderEvents): void => {
    const listener = (told: object): void =>
      topic.publish({ event, atMs: clock.now(), data: plain(told) });
    made.use(recorder.events.on(event, listener));
  };
  pass('stopped');
  pass('resumed');
  pass('dropped');
  pass('retentionFailed');
  return made.move();
}

/** Errors as they are reported. */
function plain(told: object): object {
  const entries = Object.entries(told) as [string, unknown][];
  const report = (value: unknown): unknown =>
    value instanceof SignalboxError ? value.toJSON() : value;
  return Object.fromEntries(entries.map(([name, value]) => [name, report(value)]));
}
