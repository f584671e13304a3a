import { hasCode } from '../../kernel/index.ts';
import { encodeMessage, encodeValue, proparStatus } from '../../protocols/index.ts';
import type { RequestedItem, SentItem } from '../../protocols/index.ts';
import { findParameter, refusal } from './find-parameter.ts';
import type { Refusal } from './find-parameter.ts';
import type { ItemPosition } from './item-positions.ts';
import type { NodeModel } from './node-model.ts';

const stringType = 0x60;

/** The answer to all items of a request, or to none when one is refused. */
export function readAll(
  model: NodeModel,
  items: readonly RequestedItem[],
  positions: readonly ItemPosition[],
): Uint8Array | Refusal {
  const answers: SentItem[] = [];
  for (const [index, item] of items.entries()) {
    const at = positions[index] ?? { process: 0, parameter: 0, value: 0 };
    const found = findParameter(model, item, at);
    if ('status' in found) return found;
    if (found.get === undefined) return refusal(proparStatus.writeOnly, at.parameter);
    answers.push(answerItem(item, encodeValue(found.type, found.get())));
  }
  return encodeAnswer(answers);
}

function encodeAnswer(items: readonly SentItem[]): Uint8Array | Refusal {
  try {
    return encodeMessage({ kind: 'send', command: 2, items });
  } catch (error) {
    // Only its length can be wrong: all that is in it came from the instrument's own table.
    if (hasCode(error, 'VALUE_INVALID')) return refusal(proparStatus.bufferOverflow);
    throw error;
  }
}

function answerItem(item: RequestedItem, bytes: Uint8Array): SentItem {
  const address = {
    process: item.returnProcess ?? item.process,
    parameter: item.returnParameter ?? item.parameter,
    type: item.type,
  };
  const { stringLength = 0 } = item;
  if (item.type !== stringType || stringLength === 0) return { ...address, value: bytes };
  const value = new Uint8Array(stringLength).fill(0x20);
  value.set(bytes.subarray(0, stringLength));
  return { ...address, value, isFixed: true };
}
