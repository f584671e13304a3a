// `npm run docs`: writes the codes of errors into the client of the Python package. A test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { errorCatalogue } from '../src/kernel/index.ts';
import type { ErrorCode } from '../src/kernel/index.ts';
import { root } from './root.mjs';

const place = /^FAULTS: Dict\[str, str\] = \{\n[^]*?^\}\n/m;
const width = 100;

/** The Python client as it is, with the codes of the catalogue. @throws Error where it has no place for them */
export function withFaults(client: string): string {
  if (!place.test(client)) throw new Error('client.py has no FAULTS');
  const codes = Object.keys(errorCatalogue) as ErrorCode[];
  const faults = [...new Set(codes.map((code) => errorCatalogue[code].fault))];
  const groups = faults.map((fault) => {
    const own = codes.filter((code) => errorCatalogue[code].fault === fault);
    return `    **dict.fromkeys((\n${lines(own)}    ), "${fault}"),\n`;
  });
  return client.replace(place, `FAULTS: Dict[str, str] = {\n${groups.join('')}}\n`);
}

function lines(codes: readonly string[]): string {
  const all: string[] = [];
  let line = '       ';
  for (const code of codes) {
    const more = ` "${code}",`;
    if (line.length + more.length > width) {
      all.push(line);
      line = '       ';
    }
    line += more;
  }
  return [...all, line].map((each) => `${each}\n`).join('');
}

if (import.meta.main) {
  const path = join(root, 'python', 'signalbox', 'client.py');
  writeFileSync(path, withFaults(readFileSync(path, 'utf8')));
}
