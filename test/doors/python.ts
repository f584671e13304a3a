import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Debian's own Python, which has python3-serial and python3-pyvisa as packages. */
const python = '/usr/bin/python3';

/** Whether a module can be used. With CI=true one that is missing is an error. */
export function hasPython(module: string): boolean {
  const { status } = spawnSync(python, ['-c', `import ${module}`]);
  if (status === 0) return true;
  if (process.env['CI'] === 'true') throw new Error(`${python} has no module ${module}`);
  return false;
}

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
