import type { Value } from '../../instruments/index.ts';

/** Bytes cannot be frozen, so they are copied; all other values cannot be changed anyway. */
export function frozenCopy(value: Value): Value {
  return value instanceof Uint8Array ? value.slice() : value;
}
