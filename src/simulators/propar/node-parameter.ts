import { proparStatus } from '../../protocols/index.ts';
import type { ProparType, ProparValue } from '../../protocols/index.ts';

/** One value of a simulated instrument. */
export interface NodeParameter {
  readonly type: ProparType;
  /** Absent where it is write only. */
  readonly get?: () => ProparValue;
  /** The status to refuse a value with; absent when it is taken. Changes nothing. */
  readonly refuse?: (value: ProparValue) => number | undefined;
  /** Absent where it is read only. Gets only what is not refused. */
  readonly set?: (value: ProparValue) => void;
  /** Written only while initreset is 64. */
  readonly isSecured?: boolean;
}

/** Parameters by `process/parameter`. */
export type ParameterTable = Readonly<Record<string, NodeParameter>>;

export function readOnly(type: ProparType, get: () => ProparValue): NodeParameter {
  return { type, get };
}

export function secured(parameter: NodeParameter): NodeParameter {
  return { ...parameter, isSecured: true };
}

export interface NumberOptions {
  /** @default 0 */
  readonly minimum?: number;
  readonly maximum: number;
  readonly get?: () => number;
  readonly set: (value: number) => void;
}

/** A number with limits; NaN and infinity are refused like what is beyond them. */
export function number(type: ProparType, options: NumberOptions): NodeParameter {
  const { minimum = 0, maximum, get, set } = options;
  return {
    type,
    ...(get && { get }),
    refuse: (value) =>
      typeof value === 'number' && value >= minimum && value <= maximum
        ? undefined
        : proparStatus.parameterValue,
    set: (value) => set(Number(value)),
  };
}

/** A number that the instrument keeps and that has no further effect. */
export function kept(type: ProparType, maximum: number, start: number): NodeParameter {
  let current = start;
  return number(type, {
    maximum,
    minimum: type === 'float32' ? -maximum : 0,
    get: () => current,
    set: (value) => (current = value),
  });
}

/** A number that is measured until somebody writes one: from then on it is that. */
export function measured(type: ProparType, maximum: number, get: () => number): NodeParameter {
  let written: number | undefined;
  return number(type, {
    minimum: -maximum,
    maximum,
    get: () => written ?? get(),
    set: (value) => (written = value),
  });
}

export interface TextOptions {
  /** A longer text is refused. */
  readonly longest: number;
  /** Whether it is filled up with blanks to its longest, as fixed strings are. @default false */
  readonly isPadded?: boolean;
  readonly get: () => string;
  readonly set: (value: string) => void;
}

export function text({ longest, isPadded = false, get, set }: TextOptions): NodeParameter {
  return {
    type: 'string',
    get: () => (isPadded ? get().padEnd(longest) : get()),
    refuse: (value) => (String(value).length > longest ? proparStatus.parameterValue : undefined),
    set: (value) => set(String(value).trimEnd()),
  };
}
