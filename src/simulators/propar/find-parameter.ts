import { proparStatus, wireTypeOf } from '../../protocols/index.ts';
import type { ProparAddress } from '../../protocols/index.ts';
import type { ItemPosition } from './item-positions.ts';
import type { NodeModel } from './node-model.ts';
import type { NodeParameter } from './node-parameter.ts';

/** A refusal: what is wrong, and at which byte of the message. */
export interface Refusal {
  readonly status: number;
  readonly position: number;
}

export function refusal(status: number, position = 0): Refusal {
  return { status, position };
}

/** The parameter at an address, or why there is none of that type. */
export function findParameter(
  model: NodeModel,
  item: ProparAddress,
  at: ItemPosition,
): NodeParameter | Refusal {
  const found = model.parameter(item.process, item.parameter);
  if (typeof found === 'number') {
    const isProcess = found === proparStatus.unknownProcess;
    return refusal(found, isProcess ? at.process : at.parameter);
  }
  if (wireTypeOf(found.type) !== item.type) {
    return refusal(proparStatus.parameterType, at.parameter);
  }
  return found;
}
