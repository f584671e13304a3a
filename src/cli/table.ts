import { stripVTControlCharacters } from 'node:util';
import { printable } from './printable.ts';
import { style } from './style.ts';

/** The last column is made no narrower than this. */
const narrowest = 24;
const gap = 2;
const colour = new RegExp(`(${String.fromCodePoint(0x1b)}\\[\\d{1,3}m)`);

/**
 * Rows under headings, columns as wide as they need to be. On a terminal the text of the last column
 * goes on in the next line where it would not fit; the others are never cut, because they are names
 * and addresses that people copy.
 * @param width of the terminal. @default that of stdout; none where it is no terminal
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined = process.stdout.columns,
): string {
  const cells = rows.map((row) => headings.map((_, column) => clean(row[column] ?? '')));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => widthOf(row[column] ?? ''))),
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + gap, 0);
  const lastWidth = width === undefined ? Infinity : Math.max(narrowest, width - before);
  return [headings.map((heading) => style.heading(heading)), ...cells]
    .flatMap((row) => {
      const first = row.slice(0, -1).map((cell, column) => padded(cell, widths[column] ?? 0));
      const [line = '', ...more] = wrapped(row.at(-1) ?? '', lastWidth);
      const indent = ' '.repeat(before);
      return [[...first, line].join(' '.repeat(gap)), ...more.map((part) => indent + part)];
    })
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A text as lines of at most so many characters, cut between words where it can be. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width || line === '') {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line];
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Colours stay; what else could steer the terminal does not. */
function clean(text: string): string {
  return text
    .split(colour)
    .map((part, index) => (index % 2 === 0 ? printable(part) : part))
    .join('');
}
