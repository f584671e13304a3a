import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Debian's own Python: `npm test` sees to its packages. */
export const python = '/usr/bin/python3';
export const pythonFolder: string = fileURLToPath(new URL('../../python/', import.meta.url));

/** A program of the Python package that ran to its end. */
export interface Ran {
  readonly code: number | null;
  /** All that it wrote. */
  readonly text: string;
}

/** Runs Python in the folder of the package. */
export async function runPython(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(python, args, {
    cwd: pythonFolder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: pythonFolder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

/**
 * Runs one module of `python/tests`.
 * @returns how many tests passed
 * @throws Error with all that it wrote when one failed, or was not run
 */
export async function runUnittest(
  module: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { code, text } = await runPython(
    ['-W', 'error::ResourceWarning', '-m', 'unittest', '--verbose', `tests.${module}`],
    environment,
  );
  const ran = Number(/^Ran (\d+) tests?/m.exec(text)?.[1] ?? 0);
  if (code !== 0 || ran === 0 || /skipped/.test(text)) throw new Error(text);
  return ran;
}
