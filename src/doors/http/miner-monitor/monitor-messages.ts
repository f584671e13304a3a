import { z } from 'zod';

/** What a client of a miner monitor may listen to. */
export const monitorTopics = ['miners', 'alerts', 'system', 'metrics'] as const;
export type MonitorTopic = (typeof monitorTopics)[number];

/** What a client may say. */
export const monitorMessageTypes = [
  'subscribe',
  'unsubscribe',
  'ping',
  'pong',
  'heartbeat',
  'get_status',
  'status',
  'get_topics',
] as const;

/** One message of a client; `topics` may be in its `data` too, or one `topic` alone. */
export interface MonitorMessage {
  readonly type: string;
  readonly topics: readonly string[];
  readonly includeStats: boolean;
}

const topicsMost = 100;
const nameLengthMost = 100;
const name = z.string().max(nameLengthMost);
const topics = {
  topic: name.optional(),
  topics: z.array(name).max(topicsMost).optional(),
  include_stats: z.boolean().optional(),
};
const message = z.looseObject({
  type: name,
  ...topics,
  data: z.looseObject(topics).nullish(),
});

/** @returns undefined for what is no message */
export function monitorMessage(text: string): MonitorMessage | undefined {
  const parsed = message.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { type, data, ...own } = parsed.data;
  const named = [own, data ?? {}].flatMap(({ topic, topics: several = [] }) =>
    topic === undefined ? several : [topic, ...several],
  );
  const includeStats = own.include_stats ?? data?.include_stats ?? false;
  return { type, topics: named, includeStats };
}

export function isMonitorTopic(topic: string): topic is MonitorTopic {
  return (monitorTopics as readonly string[]).includes(topic);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
