import { formatNumber, formatQuantity } from '../../plots/units.ts';

const letters: readonly (readonly [string, number])[] = [
  ['P', 1e15],
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
];

/** A difficulty as miners tell it: `1.29M`. */
export function difficultyText(value: number | undefined): string {
  if (value === undefined) return '–';
  const [letter, factor] = letters.find(([, each]) => value >= each) ?? ['', 1];
  return `${formatNumber(value / factor, 3)}${letter}`;
}

/** A quantity with its unit; a dash where there is none. */
export function quantityText(value: number | undefined, unit: string, digits = 3): string {
  if (value === undefined) return '–';
  const shown = formatQuantity(value, unit, digits);
  return shown.unit === '' ? shown.text : `${shown.text} ${shown.unit}`;
}
