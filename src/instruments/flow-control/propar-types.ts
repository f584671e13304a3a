import { SignalboxError } from '../../kernel/index.ts';
import type { ProparType, ProparValue } from '../../protocols/index.ts';
import { PP_TYPE } from './propar-constants.ts';

const typesByNumber: ReadonlyMap<number, ProparType> = new Map([
  [PP_TYPE.INT8, 'uint8'],
  [PP_TYPE.INT16, 'uint16'],
  [PP_TYPE.SINT16, 'int16'],
  [PP_TYPE.BSINT16, 'bsint16'],
  [PP_TYPE.INT32, 'uint32'],
  [PP_TYPE.FLOAT, 'float32'],
  [PP_TYPE.STRING, 'string'],
]);

const numbersByType: Readonly<Record<ProparType, number>> = {
  uint8: PP_TYPE.INT8,
  uint16: PP_TYPE.INT16,
  int16: PP_TYPE.SINT16,
  bsint16: PP_TYPE.BSINT16,
  uint32: PP_TYPE.INT32,
  float32: PP_TYPE.FLOAT,
  string: PP_TYPE.STRING,
  binary: PP_TYPE.STRING,
};

/** @throws BAD_ARGUMENT for a number that is no type */
export function proparTypeOf(number: number): ProparType {
  const type = typesByNumber.get(number);
  if (type !== undefined) return type;
  const known = Array.from(typesByNumber.keys(), (each) => `0x${each.toString(16)}`).join(', ');
  throw new SignalboxError('BAD_ARGUMENT', `${number} is no ProPar type; there are ${known}`);
}

/** The number by which the maker's library knows a type. */
export function typeNumberOf(type: ProparType): number {
  return numbersByType[type];
}

/** What the maker's library reads or writes, as its dictionaries name it. */
export interface ProparRequest {
  /** Required on the first request of a list; the others follow it. */
  readonly node?: number;
  readonly proc_nr: number;
  readonly parm_nr: number;
  readonly parm_type: number;
  /** Of strings, in bytes: what is asked for, or filled up with blanks. */
  readonly parm_size?: number;
  readonly data?: ProparValue;
  readonly dde_nr?: number;
  readonly parm_name?: string;
}

/** A value that was read, as the maker's library gives it. */
export interface ProparResult extends Partial<Omit<ProparRequest, 'data'>> {
  readonly status: number;
  /** Null when nothing was read. */
  readonly data: ProparValue | null;
  /** Where in the answer the value ends. */
  readonly status_pos?: number;
  /** `write`: an answer is a message that sends values. */
  readonly action?: string;
  readonly proc_index?: number;
  readonly parm_index?: number;
}
