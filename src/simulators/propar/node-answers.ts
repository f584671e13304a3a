import { encodeMessage, parseMessage, proparStatus } from '../../protocols/index.ts';
import type { AppliedWrite } from '../wire-log.ts';
import { refusal } from './find-parameter.ts';
import type { Refusal } from './find-parameter.ts';
import { itemPositions } from './item-positions.ts';
import type { NodeModel } from './node-model.ts';
import { readAll } from './node-reads.ts';
import { writeAll } from './node-writes.ts';

/** What an instrument makes of one message. */
export interface NodeAnswer {
  /** The message to answer with; absent when none is due. */
  readonly data?: Uint8Array;
  readonly writes: readonly AppliedWrite[];
  readonly decoded: ReturnType<typeof parseMessage>;
}

const noWrites: readonly AppliedWrite[] = [];
/**
 * Lets an instrument answer a message: chains all or nothing, as real ones do.
 * @param answerBytesMost what fits into a frame
 */
export function answerOf(model: NodeModel, data: Uint8Array, answerBytesMost: number): NodeAnswer {
  model.update();
  const decoded = parseMessage(data);
  switch (decoded.kind) {
    case 'request': {
      const answer = readAll(model, decoded.items, itemPositions(data, 'request'));
      const isTooLong = answer instanceof Uint8Array && answer.length > answerBytesMost;
      const refused = isTooLong ? { status: proparStatus.bufferOverflow, position: 0 } : answer;
      return { data: bytesOf(refused), writes: noWrites, decoded };
    }
    case 'send': {
      const result = writeAll(model, decoded.items, itemPositions(data, 'send'));
      const isDone = !('status' in result);
      const writes = isDone ? result.writes : noWrites;
      if (decoded.command !== 1) return { writes, decoded };
      const end = { status: proparStatus.ok, position: data.length };
      return { data: bytesOf(isDone ? end : result), writes, decoded };
    }
    case 'status':
      return { writes: noWrites, decoded };
    case 'other':
      return { data: bytesOf(refusal(proparStatus.unknownCommand)), writes: noWrites, decoded };
    case 'malformed':
      return { data: bytesOf(refusal(proparStatus.protocolError)), writes: noWrites, decoded };
  }
}

function bytesOf(answer: Uint8Array | Refusal): Uint8Array {
  return answer instanceof Uint8Array ? answer : encodeMessage({ kind: 'status', ...answer });
}
