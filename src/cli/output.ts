import type { SignalboxError } from '../kernel/index.ts';
import { exitCodeOf } from './exit-codes.ts';

/** Writes one line for a person. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one line for a program. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Rows under headings, columns as wide as they need to be; nothing for no rows. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Says what went wrong and what to do, and sets the exit code. */
export function sayError(error: SignalboxError, isJson: boolean): void {
  process.exitCode = exitCodeOf(error);
  if (isJson) {
    sayJson({ error });
    return;
  }
  process.stderr.write(`signalbox: ${error.message} [${error.code}]\n  ${error.nextStep}\n`);
}

/** A line that shows how far something is, where a person watches; nothing elsewhere. */
export class ProgressLine implements Disposable {
  readonly #isShown = process.stderr.isTTY;

  show(share: number, message: string): void {
    if (!this.#isShown) return;
    const filled = Math.round(share * 20);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(20 - filled)}`;
    process.stderr.write(`\r\u001B[K[${bar}] ${message}`);
  }

  [Symbol.dispose](): void {
    if (this.#isShown) process.stderr.write('\r\u001B[K');
  }
}

/** A span of time as people read it: `0.4 ms`, `12 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
