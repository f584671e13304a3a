import { asSignalboxError } from '../../../src/kernel/index.ts';

/** A line of the gateway as a sentence. */
export function sentence(line: string): string {
  const text = line.slice(0, 1).toUpperCase() + line.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** An error in words, with what to do next. */
export function errorText(error: unknown): string {
  const { message, nextStep } = asSignalboxError(error);
  return `${sentence(message)} ${nextStep}`;
}
