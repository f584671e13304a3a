import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Debian's own Python: `npm test` sees to its packages python3-serial and python3-pyvisa. */
const python = '/usr/bin/python3';

/** A foreign program that runs. */
export function startPython(program: string, ...args: readonly string[]): ChildProcess {
  return spawn(python, [join(import.meta.dirname, 'programs', program), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs a foreign program to its end and gives what it printed. */
export async function runPython(program: string, ...args: readonly string[]): Promise<string> {
  const child = startPython(program, ...args);
  if (child.stdout === null || child.stderr === null) throw new Error('no output');
  const [printed, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (child.exitCode !== 0) throw new Error(`${program} failed: ${complaint}`);
  return printed;
}
