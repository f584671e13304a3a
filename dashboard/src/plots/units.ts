/** A value as it is shown: `12.3`, `kHz`. */
export interface Shown {
  readonly text: string;
  readonly unit: string;
}

/** How all values of an axis are shown: divided by `factor`, in `unit`. */
export interface AxisUnit {
  readonly factor: number;
  readonly unit: string;
}

const prefixes: readonly (readonly [string, number])[] = [
  ['Y', 1e24],
  ['Z', 1e21],
  ['E', 1e18],
  ['P', 1e15],
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
  ['', 1],
  ['m', 1e-3],
  ['µ', 1e-6],
  ['n', 1e-9],
  ['p', 1e-12],
  ['f', 1e-15],
];

/**
 * Units that people write with prefixes. Others stay as they are: `mln/min` is a unit of its own, and
 * nobody says k°C.
 */
const withPrefixes: ReadonlySet<string> = new Set([
  'V',
  'A',
  'W',
  'Hz',
  'Ω',
  'Ohm',
  'F',
  'J',
  's',
  'Pa',
  'B',
  'B/s',
  'H/s',
  'S/s',
  'g',
  'm',
  'N',
  'T',
  'Wh',
]);
/** These are never smaller than one. */
const countable: ReadonlySet<string> = new Set(['B', 'B/s', 'H/s', 'S/s']);
const digitsDefault = 5;
/** From here on a number without a unit that takes prefixes is written with a power of ten. */
const plainMost = 1e9;
const plainLeast = 1e-4;

/** The unit without its prefix, and what the prefix stands for; undefined when it takes none. */
export function unprefixed(
  unit: string,
): { readonly base: string; readonly factor: number } | undefined {
  if (withPrefixes.has(unit)) return { base: unit, factor: 1 };
  const [letter = ''] = unit;
  const base = unit.slice(letter.length);
  const prefix = letter === 'u' || letter === 'μ' ? 'µ' : letter;
  const factor = prefixes.find(([each]) => each !== '' && each === prefix)?.[1];
  return factor !== undefined && withPrefixes.has(base) ? { base, factor } : undefined;
}

/** The unit in which values up to `largest` are best read. */
export function axisUnit(largest: number, unit: string = ''): AxisUnit {
  const parts = unprefixed(unit);
  const size = Math.abs(largest);
  if (parts === undefined || !(size > 0) || !Number.isFinite(size)) return { factor: 1, unit };
  const { base, factor } = parts;
  const inBase = size * factor;
  const fits = prefixes.filter(([, scale]) => scale >= 1 || !countable.has(base));
  // What rounds up to a thousand is one of the next.
  const found = fits.find(([, scale]) => inBase >= scale * 0.999_95) ?? fits.at(-1);
  const [prefix, scale] = found ?? ['', 1];
  return { factor: scale / factor, unit: `${prefix}${base}` };
}

/**
 * A number with so many significant digits, thousands kept apart by a narrow space, without zeros that
 * say nothing.
 */
export function formatNumber(value: number, digits: number = digitsDefault): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= plainMost || size < plainLeast) return scientific(value, digits);
  const [whole = '', fraction = ''] = plain(value, digits).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, '\u{202f}');
  const text = fraction === '' ? grouped : `${grouped}.${fraction}`;
  return text.replace('-', '−');
}

/** A value with its unit, in the prefix that suits it. */
export function formatQuantity(value: number, unit: string = '', digits?: number): Shown {
  const { factor, unit: shown } = axisUnit(value, unit);
  return { text: formatNumber(value / factor, digits), unit: shown };
}

/** Values of an axis: as many digits as tell its ticks apart. */
export function formatTicks(ticks: readonly number[], { factor }: AxisUnit): string[] {
  const step = Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0)) / factor;
  const most = Math.max(...ticks.map((tick) => Math.abs(tick / factor)), 0);
  if (!(step > 0)) return ticks.map((tick) => formatNumber(tick / factor));
  const digits = Math.ceil(Math.log10(most / step)) + 2;
  return ticks.map((tick) => formatNumber(tick / factor, Math.min(15, Math.max(2, digits))));
}

function plain(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  const text = rounded.toFixed(Math.min(places, 20));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(Math.max(0, digits - 1)).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  const raised = exponent
    .replace('+', '')
    .replaceAll(/\d/g, (digit) => superscripts[Number(digit)] ?? '')
    .replace('-', '⁻');
  return `${short}·10${raised}`.replace('-', '−');
}
