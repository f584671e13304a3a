import type { ExportPage, Resolution } from '../history.ts';
import type { ExportChunk } from './export-history.ts';

const encoder = new TextEncoder();

/** Comma-separated values as RFC 4180 has them, but with line feeds alone; times are UTC. */
export async function* csvChunks(
  pages: AsyncIterable<ExportPage>,
  resolution: Resolution,
): AsyncGenerator<ExportChunk, void, undefined> {
  const isRaw = resolution === 'raw';
  let before = isRaw
    ? 'time,instrument,parameter,value,unit\n'
    : 'time,instrument,parameter,count,mean,minimum,maximum,last,unit\n';
  for await (const page of pages) {
    const { atMs, instrument, parameter, unit = '' } = page;
    const names = `,${quoted(instrument)},${quoted(parameter)},`;
    const end = `,${quoted(unit)}\n`;
    const lines = [before];
    for (let index = 0; index < atMs.length; index += 1) {
      const time = new Date(atMs[index] ?? 0).toISOString();
      const value = isRaw ? lastOf(page, index) : summaryOf(page, index);
      lines.push(time, names, value, end);
    }
    before = '';
    yield { bytes: encoder.encode(lines.join('')), rows: atMs.length };
  }
  if (before !== '') yield { bytes: encoder.encode(before), rows: 0 };
}

function summaryOf(page: ExportPage, index: number): string {
  const { count, mean, minimum, maximum } = page;
  const numbers = [count, mean, minimum, maximum].map((column) => numberText(column[index]));
  return `${numbers.join(',')},${lastOf(page, index)}`;
}

function lastOf({ kind, last, texts }: ExportPage, index: number): string {
  const text = texts.get(index);
  if (text !== undefined) return quoted(text);
  return kind === 'boolean' ? String(last[index] !== 0) : numberText(last[index]);
}

/** Nothing where there is none. */
function numberText(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : String(value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
