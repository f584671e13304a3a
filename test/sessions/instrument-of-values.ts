import { interpretReply } from '../../src/ports/transaction.ts';
import {
  BinaryFrameReader,
  encodeBinaryFrame,
  encodeMessage,
  parseMessage,
} from '../../src/protocols/index.ts';
import type { ProparMessage, RequestedItem } from '../../src/protocols/index.ts';
import type { Transact } from '../../src/sessions/index.ts';

/** The value at an address of a node, or the status with which it is refused. */
export type ValueOf = (node: number, item: RequestedItem) => Uint8Array | number;

/** What went over the wire. */
export interface WireRequest {
  readonly node: number;
  readonly message: ReturnType<typeof parseMessage>;
}

/**
 * Does transactions on instruments that only have values, each at once and alone. Writes are
 * acknowledged.
 */
export function transactWith(valueOf: ValueOf, seen: WireRequest[] = []): Transact {
  return async (transaction) => {
    const { request, reader } = transaction.attempt();
    const [event] = new BinaryFrameReader().push(request);
    if (event?.kind !== 'frame') throw new Error('the request is no frame');
    const { node, sequence, data } = event.frame;
    const message = parseMessage(data);
    seen.push({ node, message });
    if (reader === undefined) return interpretReply(transaction, undefined);
    const reply = encodeMessage(replyTo(message, node, valueOf, data.length));
    const progress = reader.push(encodeBinaryFrame({ node, sequence, data: reply }), false);
    if (progress.kind === 'refused') throw progress.error;
    if (progress.kind !== 'done') throw new Error(`the reply was taken as ${progress.kind}`);
    return interpretReply(transaction, progress.reply);
  };
}

function replyTo(
  message: ReturnType<typeof parseMessage>,
  node: number,
  valueOf: ValueOf,
  length: number,
): ProparMessage {
  if (message.kind !== 'request') return { kind: 'status', status: 0, position: length };
  const items = message.items.map((item) => ({ item, value: valueOf(node, item) }));
  const refused = items.find(({ value }) => typeof value === 'number');
  if (refused !== undefined) return { kind: 'status', status: Number(refused.value), position: 3 };
  return {
    kind: 'send',
    command: 2,
    items: items.map(({ item, value }) => ({
      process: item.process,
      parameter: item.parameter,
      type: item.type,
      value: value as Uint8Array,
      isFixed: (item.stringLength ?? 0) > 0,
    })),
  };
}
