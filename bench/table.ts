import { ratioOf } from './figure.ts';
import type { Figure } from './figure.ts';

/** A figure as `npm run bench -- --json` prints it: these keys and no other. */
export interface FigureLine extends Figure {
  /** `ours / rival`; null where there is no rival. */
  readonly ratio: number | null;
}

/** The figure with its ratio, its keys in the order of the table. */
export function lineOf(figure: Figure): FigureLine {
  const { name, ours, rival, unit, target, met, bound } = figure;
  const line = { name, ours, rival, ratio: ratioOf(figure), unit, target, met };
  return bound === undefined ? line : { ...line, bound };
}

const headings = ['name', 'ours', 'rival', 'ratio', 'unit', 'target', 'met'];

/** The figures as a Markdown table, which reads well on a terminal too. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures
    .map(lineOf)
    .map((line) => [
      line.name,
      rounded(line.ours),
      line.rival === null ? '–' : rounded(line.rival),
      line.ratio === null ? '–' : rounded(line.ratio),
      line.unit,
      line.target,
      line.met ? 'yes' : 'NO',
    ]);
  return markdownTable(headings, rows);
}

/** A Markdown table whose columns line up. */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => (cells[index] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** Three significant digits, in full. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}
