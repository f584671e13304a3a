import { createInterface } from 'node:readline/promises';
import { SignalboxError } from '../kernel/index.ts';
import { hideProgress } from './progress-line.ts';

/**
 * @param nextStep what a program does instead
 * @throws BAD_ARGUMENT when there is no terminal on which a person could answer
 */
export function checkSomebodyThere(
  question: string,
  nextStep = 'Say yes beforehand with --yes.',
): void {
  if (process.stdin.isTTY && process.stderr.isTTY) return;
  throw new SignalboxError('BAD_ARGUMENT', `${question} Nobody is there to be asked.`, {
    nextStep,
  });
}

/** Asks a person. @throws CANCELLED for anything but yes */
export async function needConsent(question: string, signal: AbortSignal): Promise<void> {
  hideProgress();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal gives keys here now, Ctrl-C among them; its end (Ctrl-D) is no answer.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = Promise.withResolvers<string>();
  lines.once('close', () => ended.resolve(''));
  try {
    const asked = lines.question(`${question} [y/N] `, { signal });
    const answer = await Promise.race([asked, ended.promise]);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new SignalboxError('CANCELLED', 'nothing was written', {
    nextStep: 'Paste what is printed above where you want it.',
  });
}
