import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { loadBenchmark } from './find-benchmarks.ts';
import type { Figure } from './figure.ts';
import { seededRandom } from './random.ts';
import { lineOf } from './table.ts';

/**
 * Runs one benchmark in a process of its own, so that no benchmark warms or clutters another's.
 * @throws when it crashes
 */
export async function runApart(
  name: string,
  options: { readonly seed: number; onFigure(figure: Figure): void },
): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--expose-gc', import.meta.filename, name, String(options.seed)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    options.onFigure(JSON.parse(line) as Figure);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${name} failed (exit code ${code ?? 'none'})`);
}

/** In the process that {@link runApart} starts: prints one line a figure. */
async function runHere(name: string, seed: number): Promise<void> {
  const benchmark = await loadBenchmark(name);
  if (benchmark === undefined) throw new Error(`bench/${name}.ts exports no benchmark`);
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort(new Error('interrupted')));
  const figures = await benchmark.run({
    random: seededRandom(seed),
    progress: (text) => console.error(`${name}: ${text}`),
    signal: interruption.signal,
  });
  for (const figure of figures) console.log(JSON.stringify(lineOf(figure)));
}

if (import.meta.main) {
  const [name = '', seed = '0'] = process.argv.slice(2);
  await runHere(name, Number(seed));
}
