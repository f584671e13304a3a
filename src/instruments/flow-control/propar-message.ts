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
export function resultOf(
  request: ProparRequest,
  node: number,
  bytes: Uint8Array,
  status_pos: number,
): ProparResult {
  const { data: _data, ...asked } = request;
  return {
    ...asked,
    node,
    data: valueOf(request, bytes),
    status: 0,
    status_pos,
    action: 'write',
    proc_index: request.proc_nr,
    parm_index: request.parm_nr,
  };
}

/** Where in an answer each value ends: values of one process in a row name it once. */
export function valueEnds(
  requests: readonly ProparRequest[],
  values: readonly Uint8Array[],
): number[] {
  let end = 1;
  return requests.map(({ proc_nr, parm_type, parm_size = 0 }, index) => {
    const headBytes = requests[index - 1]?.proc_nr === proc_nr ? 1 : 2;
    const isText = proparTypeOf(parm_type) === 'string';
    const textBytes = isText ? (parm_size > 0 ? 1 : 2) : 0;
    end += headBytes + textBytes + (values[index]?.length ?? 0);
    return end;
  });
}

function valueOf({ parm_type, parm_size = 0 }: ProparRequest, bytes: Uint8Array): ProparValue {
  const type = proparTypeOf(parm_type);
  // What is asked for with a size is a register, not a text.
  return decodeValue(type === 'string' && parm_size > 0 ? 'binary' : type, bytes);
}
