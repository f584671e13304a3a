import { z } from 'zod';

import type { LeaseMode, Priority } from '../../ports/index.ts';
import { patternsMost, topicLengthMost } from '../../telemetry/index.ts';
import { jsonValue } from './json-value.ts';
import type { JsonValue } from './json-value.ts';
import { messageLengthMost } from './limits.ts';
import { bodyMs, leaseMode, name, priority, waitMs } from './schemas.ts';
import { watchEveryLeastMs, watchEveryMostMs } from './watcher.ts';

const dayMs = 86_400_000;

/** What most requests of a live connection have. */
interface Asked {
  /** Chosen by the client; the answer carries the same. */
  readonly id: number | string;
  /** The id of a lease of this connection under which it is done; it fails when that has ended. */
  readonly lease?: string | undefined;
  readonly waitMs?: number | undefined;
  readonly priority?: Priority | undefined;
}

/** What a client asks for on a live connection. */
export type LiveRequest =
  | (Asked & {
      readonly type: 'read';
      readonly instrument: string;
      readonly parameter: string;
      readonly maxAgeMs?: number | undefined;
      readonly timeoutMs?: number | undefined;
    })
  | (Asked & {
      readonly type: 'write';
      readonly instrument: string;
      readonly parameter: string;
      readonly value: JsonValue;
      readonly unlock?: boolean | undefined;
      readonly timeoutMs?: number | undefined;
    })
  | (Asked & {
      readonly type: 'query' | 'send';
      readonly instrument: string;
      readonly message: string;
    })
  | {
      readonly id: number | string;
      readonly type: 'lease';
      /** Exactly one of the two. */
      readonly port?: string | undefined;
      readonly instrument?: string | undefined;
      readonly mode?: LeaseMode | undefined;
      readonly waitMs?: number | undefined;
      /** @default as long as the connection */
      readonly holdMs?: number | undefined;
    }
  | {
      readonly id: number | string;
      readonly type: 'renew' | 'release';
      readonly lease: string;
    }
  | {
      readonly id: number | string;
      readonly type: 'watch';
      readonly parameters: readonly string[];
      readonly everyMs?: number | undefined;
      readonly maxAgeMs?: number | undefined;
    }
  | {
      readonly id: number | string;
      readonly type: 'subscribe';
      /** `values.*`, `ports.bus`, `traffic.>`. */
      readonly topics: readonly string[];
      /** What the client has already: the epoch of its last answer, and the newest sequences. */
      readonly resume?:
        | { readonly epoch: string; readonly sequences: Readonly<Record<string, number>> }
        | undefined;
    }
  | {
      readonly id: number | string;
      readonly type: 'unsubscribe';
      readonly topics: readonly string[];
    }
  | { readonly id: number | string; readonly type: 'unwatch'; readonly watch: number | string }
  /** Answered at once: a sign of life for who cannot see the pings of a WebSocket. */
  | { readonly id: number | string; readonly type: 'ping' }
  | { readonly id: number | string; readonly type: 'cancel'; readonly request: number | string };

const id = z.union([z.number(), z.string().max(100)]);
const asked = { id, lease: name.optional(), waitMs, priority: priority.optional() };
const patterns = z.array(z.string().min(1).max(topicLengthMost)).min(1).max(patternsMost);
const target = { instrument: name, parameter: name };

/** Checks what comes in on a live connection. */
export const liveRequest: z.ZodType<LiveRequest> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('read'),
    ...asked,
    ...target,
    maxAgeMs: bodyMs(dayMs),
    timeoutMs: bodyMs(dayMs),
  }),
  z.strictObject({
    type: z.literal('write'),
    ...asked,
    ...target,
    value: jsonValue,
    unlock: z.boolean().optional(),
    timeoutMs: bodyMs(dayMs),
  }),
  z.strictObject({
    type: z.enum(['query', 'send']),
    ...asked,
    instrument: name,
    message: z.string().min(1).max(messageLengthMost),
  }),
  z.strictObject({
    type: z.literal('lease'),
    id,
    port: name.optional(),
    instrument: name.optional(),
    mode: leaseMode.optional(),
    waitMs,
    holdMs: bodyMs(dayMs),
  }),
  z.strictObject({ type: z.enum(['renew', 'release']), id, lease: name }),
  z.strictObject({
    type: z.literal('watch'),
    id,
    parameters: z.array(name).min(1),
    everyMs: z.number().min(watchEveryLeastMs).max(watchEveryMostMs).optional(),
    maxAgeMs: bodyMs(dayMs),
  }),
  z.strictObject({
    type: z.literal('subscribe'),
    id,
    topics: patterns,
    resume: z
      .strictObject({
        epoch: z.string().max(100),
        sequences: z.record(z.string().max(topicLengthMost), z.number().int().min(0)),
      })
      .optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), id, topics: patterns }),
  z.strictObject({ type: z.literal('unwatch'), id, watch: id }),
  z.strictObject({ type: z.literal('ping'), id }),
  z.strictObject({ type: z.literal('cancel'), id, request: id }),
]);
