// `npm run proof`: runs the tests that prove the promises at their full counts, then says for each
// promise how often it was tried, and how many planted faults the same check caught. `--json`
// prints one line a proof. Paths choose tests: `npm run proof -- test/locks`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { markdownTable } from '../bench/table.ts';
import { environment } from './checks.mjs';
import { judge } from './proof-lines.ts';
import type { ProofLine, TestResult } from './proof-lines.ts';
import { root } from './root.mjs';

const { values: options, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});

const files = provingFiles();
if (files.length === 0) {
  console.error('No test records a proof there.');
  process.exitCode = 2;
} else {
  const lines = prove();
  if (options.json) for (const line of lines) console.log(JSON.stringify(line));
  else console.log(tableOf(lines));
  process.exitCode = lines.every(({ met }) => met) ? 0 : 1;
}

/** The test files that record a proof: by themselves, or through `proves`. */
function provingFiles(): readonly string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((path) => join('test', path))
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => paths.length === 0 || paths.some((wanted) => path.startsWith(wanted)))
    .filter((path) => /\b(?:recordProof|proves)\(/.test(readFileSync(join(root, path), 'utf8')))
    .toSorted();
}

function prove(): readonly ProofLine[] {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-proof-'));
  try {
    const proofs = join(folder, 'proofs.jsonl');
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    spawnSync('vitest', ['run', ...reporters, ...files], {
      cwd: root,
      env: { ...environment, SIGNALBOX_PROOF: '1', SIGNALBOX_PROOF_FILE: proofs },
      // The tests talk on standard error: standard output is the table's.
      stdio: ['ignore', 2, 2],
    });
    return judge(linesOf(proofs), resultsOf(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function linesOf(path: string): readonly Omit<ProofLine, 'met'>[] {
  const text = readText(path);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Omit<ProofLine, 'met'>);
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

function resultsOf(path: string): readonly TestResult[] {
  const text = readText(path);
  if (text === '') return [{ title: 'the test run', fullName: 'the test run', status: 'failed' }];
  const { testResults } = JSON.parse(text) as Report;
  return testResults.flatMap(({ name, status, assertionResults }) =>
    // A file that does not load fails without a test.
    assertionResults.length === 0 ? [{ title: name, fullName: name, status }] : assertionResults,
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function tableOf(lines: readonly ProofLine[]): string {
  const headings = ['promise', 'test', 'count', 'planted', 'caught', 'met'];
  const rows = lines.map(({ promise, test, count, planted, caught, met }) => [
    promise,
    test,
    count.toLocaleString('en-US'),
    String(planted),
    String(caught),
    met ? 'yes' : 'NO',
  ]);
  return markdownTable(headings, rows);
}
