import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Debian's own Python, which has python3-serial and python3-pyvisa-py as packages. */
const python = '/usr/bin/python3';

/** A foreign program that runs, and the lines that it prints. */
export interface ForeignProgram extends AsyncDisposable {
  /** The next line; an error with what it complained of when there is none. */
  line(): Promise<string>;
}

/** Starts a program of the folder `programs`. */
export function startPython(program: string, ...args: readonly string[]): ForeignProgram {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    python,
    [join(import.meta.dirname, 'programs', program), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const gone = once(child, 'close');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async line() {
      const { value, done } = await lines.next();
      if (done !== true) return value;
      await gone;
      throw new Error(`${program} printed no more: ${complaint}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
