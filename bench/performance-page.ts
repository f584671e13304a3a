import { cpus, totalmem } from 'node:os';

import type { Figure } from './figure.ts';
import { figureTable } from './table.ts';

/** docs/reference/performance.md: the figures and where they were measured. */
export function performancePage(figures: readonly Figure[]): string {
  return `# Performance

Written by \`npm run bench -- --write\`. Each figure was measured beside its rival in the same run,
in shuffled rounds: its median, for the locks its lower quartile. Machines differ: compare the ratio,
not the times.

Measured on ${machine()}.

${figureTable(figures)}
${boundsOf(figures)}`;
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
