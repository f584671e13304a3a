// `npm run bench`: measures Signalbox beside its rivals, in the same run. `npm run bench -- NAME …`
// runs these only; `--list` names them; `--json` prints one line a figure; `--write` writes
// their sections of docs/reference/performance.md; `--strict` exits with 1 when a target is missed. Progress goes to
// standard error; a crash exits with 1.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import type { Figure } from './figure.ts';
import { benchmarkNames } from './find-benchmarks.ts';
import { performancePage } from './performance-page.ts';
import { runApart } from './run-one.ts';
import { figureTable, lineOf } from './table.ts';

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const known = await benchmarkNames();
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exitCode = 2;
} else if (options.list) {
  for (const name of known) console.log(name);
} else {
  await runAll(wanted.length === 0 ? known : wanted);
}

async function runAll(names: readonly string[]): Promise<void> {
  // The running benchmark gets it too, ends, and what was measured so far is shown.
  let isInterrupted = false;
  process.once('SIGINT', () => (isInterrupted = true));
  const seed = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 2_147_483_647);
  console.error(`seed ${seed}; SIGNALBOX_SEED=${seed} npm run bench repeats the workloads`);

  const figures = new Map<string, Figure[]>();
  for (const name of names) {
    if (isInterrupted) break;
    const measured: Figure[] = [];
    const onFigure = (figure: Figure): void => {
      measured.push(figure);
      if (options.json) console.log(JSON.stringify(lineOf(figure)));
    };
    try {
      await runApart(name, { seed, onFigure });
      figures.set(name, measured);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
  report(figures);
}

function report(figures: ReadonlyMap<string, readonly Figure[]>): void {
  const all = [...figures.values()].flat();
  if (!options.json && all.length > 0) console.log(figureTable(all));
  if (options.write) {
    const page = new URL('../docs/reference/performance.md', import.meta.url);
    writeFileSync(page, performancePage(figures, readFileSync(page, 'utf8')));
  }
  const missed = all.filter(({ met }) => !met);
  if (missed.length === 0) return;
  console.error(`${missed.length} missed: ${missed.map(({ name }) => name).join(', ')}`);
  if (options.strict) process.exitCode = 1;
}
