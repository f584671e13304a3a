import { SignalboxError } from '../../kernel/index.ts';
import { decodeValue, encodeValue, wireTypeOf } from '../../protocols/index.ts';
import type { ProparValue, RequestedItem, SentItem } from '../../protocols/index.ts';
import { proparTypeOf } from './propar-types.ts';
import type { ProparRequest, ProparResult } from './propar-types.ts';

/** A blank, with which strings of a fixed size are filled up. */
const blank = 0x20;

/** What a request of the maker's library asks for. */
export function requestedItemOf({
  proc_nr,
  parm_nr,
  parm_type,
  parm_size,
}: ProparRequest): RequestedItem {
  return {
    process: proc_nr,
    parameter: parm_nr,
    type: wireTypeOf(proparTypeOf(parm_type)),
    ...(parm_size === undefined ? {} : { stringLength: parm_size }),
  };
}

/** @throws VALUE_INVALID, VALUE_OUT_OF_RANGE for what cannot be packed; the maker's library sends 0 */
export function sentItemOf({
  proc_nr,
  parm_nr,
  parm_type,
  parm_size = 0,
  data,
}: ProparRequest): SentItem {
  if (data === undefined) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `parameter ${proc_nr}/${parm_nr} has no data to write`,
    );
  }
  const named = proparTypeOf(parm_type);
  const type = named === 'string' && data instanceof Uint8Array ? 'binary' : named;
  const packed = encodeValue(type, data);
  const isFixed = type === 'binary' || (type === 'string' && parm_size > 0);
  const value = new Uint8Array(isFixed ? Math.max(parm_size, packed.length) : packed.length).fill(
    blank,
  );
  value.set(packed);
  return {
    process: proc_nr,
    parameter: parm_nr,
    type: wireTypeOf(type),
    value,
    ...(isFixed ? { isFixed: true } : {}),
  };
}

/** A value as the maker's library gives it, with what was asked. */
export function resultOf(request: ProparRequest, node: number, bytes: Uint8Array): ProparResult {
  const { data: _data, ...asked } = request;
  return {
    ...asked,
    node,
    data: valueOf(request, bytes),
    status: 0,
    status_pos: 0,
    action: 'value',
    proc_index: request.proc_nr,
    parm_index: request.parm_nr,
  };
}

function valueOf({ parm_type, parm_size = 0 }: ProparRequest, bytes: Uint8Array): ProparValue {
  const type = proparTypeOf(parm_type);
  // What is asked for with a size is a register, not a text.
  return decodeValue(type === 'string' && parm_size > 0 ? 'binary' : type, bytes);
}
