import { hasCode } from '../../kernel/index.ts';
import { blockData } from '../../protocols/index.ts';
import { argumentsOf } from './message-units.ts';
import { scpiErrors } from './status-registers.ts';

/** What a command gives: a response, nothing, or an error for the queue. */
export type Outcome = string | undefined | { readonly error: string };
/** Takes what stands behind the header. */
export type Command = (argument: string) => Outcome;
/** Commands by the short form of their headers. */
export type CommandTable = Readonly<Record<string, Command>>;

/** A command that takes no argument. */
export function bare(run: () => Outcome | void): Command {
  return (argument) =>
    argument === '' ? (run() ?? undefined) : { error: scpiErrors.parameterNotAllowed };
}

/** A command that takes from so many to so many arguments. */
export function listed(
  least: number,
  most: number,
  run: (...values: readonly string[]) => Outcome | void,
): Command {
  return (argument) => {
    const values = argumentsOf(argument);
    if (values.length < least) return { error: scpiErrors.missingParameter };
    if (values.length > most) return { error: scpiErrors.parameterNotAllowed };
    return run(...values) ?? undefined;
  };
}

/** Numbers that stand for others: `MAX`. */
export interface NumberLimits {
  readonly minimum: number;
  readonly maximum: number;
  readonly usual: number;
  /** @default none */
  readonly unit?: string;
}

/** A command that takes one number within limits. */
export function numeric(limits: NumberLimits, run: (value: number) => Outcome | void): Command {
  return listed(1, 1, (text = '') => {
    const value = numberOf(text, limits);
    return typeof value === 'number' ? run(value) : value;
  });
}

const multipliers: Readonly<Record<string, number>> = {
  '': 1,
  U: 1e-6,
  M: 1e-3,
  K: 1e3,
  MA: 1e6,
  G: 1e9,
};

/** A number with its suffix, or a word that stands for one. IEEE 488.2, 7.7.2 and 7.7.3; SCPI-99, 7.2. */
export function numberOf(text: string, limits: NumberLimits): number | { readonly error: string } {
  const { minimum, maximum, usual, unit = '' } = limits;
  const word = text.toUpperCase();
  if (/^MIN(?:IMUM)?$/.test(word)) return minimum;
  if (/^MAX(?:IMUM)?$/.test(word)) return maximum;
  if (/^DEF(?:AULT)?$/.test(word)) return usual;
  const [, digits, suffix = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)\s*([A-Z]*)$/.exec(word) ?? [];
  if (digits === undefined) return { error: scpiErrors.dataType };
  const prefix = suffix === '' ? '' : suffix.endsWith(unit) ? suffix.slice(0, -unit.length) : '?';
  const factor = unit === '' && suffix !== '' ? undefined : multipliers[prefix];
  if (factor === undefined) return { error: scpiErrors.invalidSuffix };
  const value = Number(digits) * factor;
  return value >= minimum && value <= maximum ? value : { error: scpiErrors.outOfRange };
}

/** A word of a list, by its short or its long form. */
export function oneOf<Word extends string>(
  forms: Readonly<Record<string, Word>>,
  run: (word: Word) => Outcome | void,
): Command {
  return listed(1, 1, (text = '') => {
    const word = forms[text.toUpperCase()];
    return word === undefined ? { error: scpiErrors.illegalParameter } : run(word);
  });
}

export const switches: Readonly<Record<string, 'ON' | 'OFF'>> = {
  ON: 'ON',
  1: 'ON',
  OFF: 'OFF',
  0: 'OFF',
};

/** What a quoted text says; undefined when it is none. */
export function quotedText(text: string): string | undefined {
  const [, quote = '', inside = ''] = /^(["'])(.*)\1$/s.exec(text) ?? [];
  return quote === '' ? undefined : inside.replaceAll(quote + quote, quote);
}

/** The data of a block; undefined when it is none, or not all of it is there. */
export function blockOf(text: string): Uint8Array | undefined {
  try {
    return blockData(Buffer.from(text, 'latin1'));
  } catch (error) {
    if (hasCode(error, 'REPLY_MALFORMED')) return undefined;
    throw error;
  }
}
