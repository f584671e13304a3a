import { SignalboxError } from '../../../kernel/index.ts';
import { checkReadable } from '../../check-value.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { minerParameterNames } from './miner-facts.ts';

/** A text that a device gives is cut to so many characters. */
export const minerTextMost = 256;

/** A parameter, and where it is in what the device says. */
export interface MinerRow<Told> {
  readonly parameter: Parameter;
  /** Absent for what can only be written. Undefined where the device does not say it. */
  readonly read?: (told: Told) => Value | undefined;
}

/** The parameters of one family. One for all its instruments, however many there are. */
export class MinerTable<Told, Row extends MinerRow<Told> = MinerRow<Told>> {
  readonly parameters: readonly Parameter[];
  /** What pages and alerts look at: what means the same for all miners. */
  readonly watched: readonly string[];
  readonly #rows: ReadonlyMap<string, Row>;

  constructor(rows: readonly Row[]) {
    this.parameters = rows.map(({ parameter }) => parameter);
    this.watched = minerParameterNames.filter((name) => rows.some(isOf(name)));
    this.#rows = new Map(rows.map((row) => [row.parameter.name, row]));
  }

  parameter(name: string | number): Parameter | undefined {
    return this.#rows.get(String(name))?.parameter;
  }

  row(name: string): Row | undefined {
    return this.#rows.get(name);
  }

  /** @throws WRITE_ONLY; INSTRUMENT_ERROR where the device does not say it */
  value({ name }: Parameter, told: Told): Value {
    const value = this.#rows.get(name)?.read?.(told);
    if (value !== undefined) return value;
    throw new SignalboxError('INSTRUMENT_ERROR', `the miner does not tell its ${name}`, {
      details: { parameter: name },
      nextStep: 'Its firmware may not know it: read another one, or look for an update.',
    });
  }

  /** Those of the values that the device says. @throws WRITE_ONLY */
  values(parameters: readonly Parameter[], told: Told): Record<string, Value> {
    const values: Record<string, Value> = {};
    for (const { name } of parameters) {
      const value = this.#rows.get(name)?.read?.(told);
      if (value !== undefined) values[name] = value;
    }
    return values;
  }
}

function isOf(name: string): (row: { readonly parameter: Parameter }) => boolean {
  return ({ parameter }) => parameter.name === name;
}

/** @throws WRITE_ONLY */
export function checkAllReadable(parameters: readonly Parameter[]): void {
  for (const parameter of parameters) checkReadable(parameter);
}

/** A number, or a text that is one; undefined for what is neither. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export function integerOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined ? undefined : Math.round(number);
}

/** A text of a bounded length, without control characters; undefined for an empty one. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') return undefined;
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  return value.slice(0, minerTextMost).replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
}

export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const number = numberOf(value);
  return number === undefined ? undefined : number !== 0;
}

const powers: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  p: 1e15,
  e: 1e18,
};

/** A number with a letter for its power of ten: `1.29M` is 1,290,000. A number is itself. */
export function largeNumberOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return numberOf(value);
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtpe]?)\s*$/i.exec(value);
  if (match === null) return undefined;
  // So that 1.29M is 1290000, and not what binary fractions make of it.
  return Number((Number(match[1]) * (powers[(match[2] ?? '').toLowerCase()] ?? 1)).toPrecision(12));
}

/** What a terahash takes, in J. */
export function efficiencyOf(
  watts: number | undefined,
  gigahashes: number | undefined,
): number | undefined {
  if (watts === undefined || gigahashes === undefined || gigahashes <= 0) return undefined;
  return (watts * 1_000) / gigahashes;
}
