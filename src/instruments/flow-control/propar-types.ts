import { SignalboxError } from '../../kernel/index.ts';
import type { ProparType } from '../../protocols/index.ts';

/** The maker's library numbers its types so; the wire knows only bits 5 and 6 of them. */
export const PP_TYPE: {
  readonly INT8: 0x00;
  readonly INT16: 0x20;
  readonly SINT16: 0x21;
  readonly BSINT16: 0x22;
  readonly INT32: 0x40;
  readonly FLOAT: 0x41;
  readonly STRING: 0x60;
} = {
  INT8: 0x00,
  INT16: 0x20,
  SINT16: 0x21,
  BSINT16: 0x22,
  INT32: 0x40,
  FLOAT: 0x41,
  STRING: 0x60,
};

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
  readonly data?: number | string | Uint8Array;
  readonly dde_nr?: number;
  readonly parm_name?: string;
}

/** The status codes that Signalbox gives itself. Others come from the instrument as they are. */
export const PP_STATUS: {
  readonly OK: 0;
  readonly PARAMETER_VALUE: 6;
  readonly ERROR_SERIAL_PORT: 21;
  readonly COMMUNICATION: 23;
  readonly TIMEOUT_ANSWER: 25;
} = {
  OK: 0,
  PARAMETER_VALUE: 6,
  ERROR_SERIAL_PORT: 21,
  COMMUNICATION: 23,
  TIMEOUT_ANSWER: 25,
};

/** A value that was read, as the maker's library gives it. */
export interface ProparResult extends Partial<Omit<ProparRequest, 'data'>> {
  readonly status: number;
  /** Null when nothing was read. */
  readonly data: number | string | Uint8Array | null;
  readonly status_pos?: number;
  /** `value` of what was read, as the library has it. */
  readonly action?: string;
  readonly proc_index?: number;
  readonly parm_index?: number;
}
