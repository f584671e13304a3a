import { latestReport } from '../../doors/index.ts';
import type { Hub, LatestRecord, LatestValues, Topic } from '../../telemetry/index.ts';

/** The newest values of each instrument, as `values.NAME`: the whole record with each change. */
export function publishValues(hub: Hub, latest: LatestValues): Disposable {
  using made = new DisposableStack();
  const topics = new Map<string, Topic>();
  const publish = (record: LatestRecord): void => {
    const { instrument } = record;
    const topic = topics.get(instrument) ?? hub.topic(`values.${instrument}`, { kind: 'values' });
    topics.set(instrument, topic);
    topic.publish(() => latestReport(record));
  };
  for (const record of latest.all()) publish(record);
  made.use(latest.events.on('changed', ({ record }) => publish(record)));
  made.use(
    latest.events.on('removed', ({ instrument }) => {
      const topic = topics.get(instrument);
      if (topic !== undefined) hub.remove(topic);
      topics.delete(instrument);
    }),
  );
  made.defer(() => {
    for (const topic of topics.values()) hub.remove(topic);
  });
  return made.move();
}
