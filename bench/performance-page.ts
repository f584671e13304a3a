import { cpus, totalmem } from 'node:os';

import type { Figure } from './figure.ts';
import { figureTable } from './table.ts';

const introduction = `# Performance

Written by \`npm run bench -- --write\`, each section by the benchmark of its name. Each figure was
measured beside its rival in the same run, in shuffled rounds: its median, for the locks its lower
quartile. Machines differ, and so do days: compare the ratio, not the times.
`;
const heading = /^## /m;

/**
 * docs/reference/performance.md: the figures, and where they were measured.
 *
 * @param figures of the benchmarks that were run, by their names
 * @param before the page as it is: its sections of other benchmarks stay
 */
export function performancePage(
  figures: ReadonlyMap<string, readonly Figure[]>,
  before: string,
): string {
  const sections = new Map(
    before
      .split(heading)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), `## ${section.trimEnd()}\n`]),
  );
  for (const [name, measured] of figures) sections.set(name, sectionOf(name, measured));
  const inOrder = [...sections].toSorted(([one], [other]) => one.localeCompare(other));
  return [introduction, ...inOrder.map(([, section]) => section)].join('\n');
}

function sectionOf(name: string, figures: readonly Figure[]): string {
  return `## ${name}\n\nOn ${machine()}.\n\n${figureTable(figures)}\n${boundsOf(figures)}`;
}

/** What stops the figures that are missed. */
function boundsOf(figures: readonly Figure[]): string {
  const lines = figures
    .filter(({ met, bound }) => !met && bound !== undefined)
    .map(({ name, bound = '' }) => `- ${name}: ${bound}\n`);
  return lines.length === 0 ? '' : `\nWhat stops those that are missed:\n\n${lines.join('')}`;
}

function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${model}, ${gigabytes} GiB, ${process.platform}, Node ${process.version}`;
}
