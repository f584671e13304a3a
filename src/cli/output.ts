import type { SignalboxError } from '../kernel/index.ts';
import { exitCodeOf } from './exit-codes.ts';
import { printable } from './printable.ts';
import { hideProgress } from './progress-line.ts';
import { errorStyle } from './style.ts';

/** Writes a line for a person. */
export function say(line: string): void {
  hideProgress();
  process.stdout.write(`${line}\n`);
}

/** Writes one line for a program. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value));
}

/** Writes what an instrument sent: as it is into a file or pipe, made harmless for a terminal. */
export function sayForeign(text: string): void {
  say(process.stdout.isTTY ? text.split('\n').map(printable).join('\n') : text);
}

/** Writes a line for a person beside the output proper. */
export function note(line: string): void {
  hideProgress();
  process.stderr.write(`${printable(line)}\n`);
}

/** Says what went wrong and what to do, and sets the exit code of the first error. */
export function sayError(error: SignalboxError, isJson: boolean): void {
  process.exitCode ??= exitCodeOf(error);
  if (isJson) {
    sayJson({ error });
    return;
  }
  hideProgress();
  const message = error.message.split('\n').map(printable).join('\n  ');
  process.stderr.write(
    `${errorStyle('signalbox:')} ${message} [${error.code}]\n  ${printable(error.nextStep)}\n`,
  );
}
