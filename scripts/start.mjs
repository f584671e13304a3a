// `npm start`: the demonstration laboratory. `npm start -- FILE.toml`: the laboratory of that file.
// `npm start -- examples/NAME`: that example. Options are passed on. It runs in this very process,
// so signals and exit codes are the program's own.
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { needNodeToRun } from './node-version.mjs';
import { root } from './root.mjs';
import { stop } from './say.mjs';

needNodeToRun();
const given = process.argv.slice(2);
const { program, args } = whatToStart(given);
process.argv = [process.argv[0] ?? process.execPath, program, ...args];
await import(pathToFileURL(program).href);

/** @param {readonly string[]} words */
function whatToStart(words) {
  const [what, ...rest] = words;
  const main = join(root, 'dist', 'cli', 'main.js');
  if (what === undefined || what.startsWith('-')) {
    return { program: main, args: ['start', '--demo', ...words] };
  }
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), what);
  if (!existsSync(path)) {
    stop(
      `There is no ${what}. Give a TOML file, a folder in examples/, or nothing for the demonstration.`,
    );
  }
  if (!statSync(path).isDirectory()) return { program: main, args: ['start', path, ...rest] };

  const own = ['start.ts', 'start.mjs'].map((name) => join(path, name)).find(existsSync);
  if (own !== undefined) return { program: own, args: rest };
  const laboratory = join(path, 'lab.toml');
  if (!existsSync(laboratory)) stop(`${what} has neither a lab.toml nor a start.ts.`);
  return { program: main, args: ['start', laboratory, ...rest] };
}
