import { decodeValue, proparStatus } from '../../protocols/index.ts';
import type { ProparValue, SentItem } from '../../protocols/index.ts';
import type { AppliedWrite } from '../wire-log.ts';
import { findParameter } from './find-parameter.ts';
import type { Refusal } from './find-parameter.ts';
import type { ItemPosition } from './item-positions.ts';
import { initresetCode } from './node-model.ts';
import type { NodeModel } from './node-model.ts';
import type { NodeParameter } from './node-parameter.ts';

interface CheckedWrite {
  readonly parameter: NodeParameter;
  readonly value: ProparValue;
  readonly applied: AppliedWrite;
}

/** Writes all items of a message, or none when one is refused. */
export function writeAll(
  model: NodeModel,
  items: readonly SentItem[],
  positions: readonly ItemPosition[],
): { readonly writes: readonly AppliedWrite[] } | Refusal {
  const checked: CheckedWrite[] = [];
  // A message may unlock, write and lock again, so the key counts from where it is.
  let isUnlocked = model.initreset === initresetCode.unlocked;
  for (const [index, item] of items.entries()) {
    const at = positions[index] ?? { process: 0, parameter: 0, value: 0 };
    const write = check(model, item, at, isUnlocked);
    if ('status' in write) return write;
    checked.push(write);
    if (item.process === 0 && item.parameter === 10) {
      isUnlocked = write.value === initresetCode.unlocked;
    }
  }
  for (const { parameter, value } of checked) parameter.set?.(value);
  return { writes: checked.map(({ applied }) => applied) };
}

function check(
  model: NodeModel,
  item: SentItem,
  at: ItemPosition,
  isUnlocked: boolean,
): CheckedWrite | Refusal {
  const { process, parameter } = item;
  const found = findParameter(model, item, at);
  if ('status' in found) return found;
  if (found.set === undefined) return { status: proparStatus.readOnly, position: at.parameter };
  const value = textOf(decodeValue(found.type, item.value));
  const isForbidden = found.isSecured === true && !isUnlocked;
  const status = isForbidden ? proparStatus.parameterValue : found.refuse?.(value);
  if (status !== undefined) return { status, position: at.value };
  const shown = value instanceof Uint8Array ? Array.from(value).join(' ') : value;
  const applied = { node: model.address, process, parameter, value: shown };
  return { parameter: found, value, applied };
}

/** A text of a fixed length ends before it where a zero is. */
function textOf(value: ProparValue): ProparValue {
  return typeof value === 'string' ? (value.split('\0', 1)[0] ?? '') : value;
}
