// `npm run docs`: writes docs/reference/errors.md from the catalogue. A test compares the two.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { errorCatalogue } from '../src/kernel/index.ts';
import type { ErrorCode, Fault } from '../src/kernel/index.ts';
import { root } from './root.mjs';

/** Whose fault an error is, in the order of the page. */
const faults: Readonly<Record<Fault, string>> = {
  caller: 'What was asked for cannot be done, or not by this caller, or not now.',
  link: 'The way to the instrument: cable, adapter, network, operating system.',
  instrument: 'The instrument itself.',
  signalbox: 'A fault in Signalbox.',
};

/** The reference page of all errors. */
export function errorsPage(): string {
  const sections = (Object.keys(faults) as Fault[]).map(sectionOf);
  return `# Errors

Every error of Signalbox has a code that never changes its meaning, a message of one line that names
the thing, its holder or its limit, and a next step. The code says whose fault it is. Over HTTP an
error is the JSON object \`{ code, fault, message, nextStep, details }\` with the status below.

This page is written by \`npm run docs\` from the catalogue in \`src/kernel/error-catalogue.ts\`.

${sections.join('\n')}`;
}

function sectionOf(fault: Fault): string {
  const codes = (Object.keys(errorCatalogue) as ErrorCode[]).filter(
    (code) => errorCatalogue[code].fault === fault,
  );
  const entries = codes.map((code) => {
    const { httpStatus, meaning, nextStep } = errorCatalogue[code];
    return `### ${code}\n\n${meaning} (HTTP ${httpStatus})\n\nWhat to do: ${nextStep}\n`;
  });
  return `## Fault: ${fault}\n\n${faults[fault]}\n\n${entries.join('\n')}`;
}

if (import.meta.main) writeFileSync(join(root, 'docs', 'reference', 'errors.md'), errorsPage());
