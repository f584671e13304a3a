// `npm run docs`: writes the parameter list of the Python package. A test compares the two.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ParameterCatalogue } from '../src/instruments/drivers/bronkhorst/parameter-catalogue.ts';
import { typeNumberOf } from '../src/instruments/flow-control/propar-types.ts';
import { root } from './root.mjs';

/** The list as a module of Python. */
export function pythonParameters(): string {
  const { all } = new ParameterCatalogue(1);
  const rows = all.map(
    ({ number, title, name, process, parameter, wire, requestLength, ...limits }) => {
      const { minimum = null, maximum = null, longest = null } = limits;
      const type = typeNumberOf(wire);
      const columns = [number, title, name, process, parameter, type, requestLength];
      const cells = [...columns, minimum, maximum, longest].map((cell) =>
        cell === null ? 'None' : JSON.stringify(cell),
      );
      return `    (${cells.join(', ')}),\n`;
    },
  );
  const choices = all.flatMap(({ number, choices }) =>
    choices === undefined ? [] : [`    ${number}: ${pythonDictionary(choices)},\n`],
  );
  return `"""The maker's parameter list. Written by \`npm run docs\`; do not change it by hand."""

from typing import Dict, Optional, Tuple

#: DDE number, title, name, process, parameter, type, size of a request, minimum, maximum, longest.
Row = Tuple[int, str, str, int, int, int, int, Optional[float], Optional[float], Optional[int]]

ROWS: Tuple[Row, ...] = (
${rows.join('')})

#: What the values of a parameter mean, by its DDE number.
CHOICES: Dict[int, Dict[int, str]] = {
${choices.join('')}}
`;
}

function pythonDictionary(choices: Readonly<Record<number, string>>): string {
  const entries = Object.entries(choices).map(
    ([value, text]) => `${value}: ${JSON.stringify(text)}`,
  );
  return `{${entries.join(', ')}}`;
}

if (import.meta.main) {
  writeFileSync(join(root, 'python', 'signalbox', 'propar_parameters.py'), pythonParameters());
}
