import type { Encoding, Update } from '../../telemetry/index.ts';

/** One server-sent event (HTML Living Standard, section 9.2). @param json of its data */
export function eventFrame(event: string, json: string, id?: string): Uint8Array {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`${idLine}event: ${event}\ndata: ${json}\n\n`);
}

/** Up to where a client of server-sent events has all events: what it sends as Last-Event-ID. */
export function eventId(epoch: string, position: number): string {
  return `${epoch}.${position}`;
}

/**
 * Updates as server-sent events. The position goes with events only: they keep their order, and of
 * values a client that comes back gets the newest anyway.
 */
export function eventEncoding(epoch: string): Encoding {
  return {
    update: (update) =>
      eventFrame(
        nameOf(update),
        withTopic(update.topic, update.sequence, update.json),
        update.isEvent ? eventId(epoch, update.position) : undefined,
      ),
    snapshot: ({ topic, sequence, isGap, json }) =>
      eventFrame(
        'snapshot',
        `{"topic":"${topic}","sequence":${sequence},${isGap ? '"gap":true,' : ''}"data":${json}}`,
      ),
  };
}

/** Events have names; of all else the first word of the topic tells what it is. */
function nameOf({ isEvent, data, topic }: Update): string {
  const name = isEvent ? (data as { event?: unknown }).event : undefined;
  return typeof name === 'string' ? name : (topic.split('.')[0] ?? topic);
}

function withTopic(topic: string, sequence: number, json: string): string {
  const rest = json === '{}' ? '}' : `,${json.slice(1)}`;
  return `{"topic":"${topic}","sequence":${sequence}${rest}`;
}
