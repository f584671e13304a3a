import { InvalidArgumentError } from 'commander';

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
};
/** A day: longer waits are mistakes. */
const spanMostMs = 86_400_000;

/** A span of time as people type it: `500`, `500ms`, `2s`, `5min`, `1h`. In ms. */
export function milliseconds(text: string): number {
  const [, digits = '', unit = 'ms'] = /^(\d+(?:\.\d+)?) ?(ms|s|min|h)?$/.exec(text) ?? [];
  const ms = Math.round(Number(digits) * (unitsMs[unit] ?? 1));
  if (digits !== '' && ms <= spanMostMs) return ms;
  throw new InvalidArgumentError('Give a time of at most a day, like 500ms, 2s or 5min.');
}

/** A whole number from a least one on. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range =
      most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Give a whole number ${range}.`);
  };
}

/** Baud rates with commas between: `38400,9600`. */
export function baudRates(text: string): number[] {
  const rates = text.split(',').map(Number);
  if (rates.every((rate) => Number.isInteger(rate) && rate >= 50 && rate <= 4_000_000))
    return rates;
  throw new InvalidArgumentError('Give baud rates like 38400,9600.');
}
