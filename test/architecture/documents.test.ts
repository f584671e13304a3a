import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { expect, test } from 'vitest';

import { anchorsOf, commandsOf, linksOf } from './markdown.ts';
import { filesBelow, root } from './sources.ts';

const pages = [
  ...filesBelow('docs', '.md'),
  ...filesBelow('examples', '.md'),
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'python/README.md'].map(
    (path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
    }),
  ),
];

test('every link of the documents leads somewhere', () => {
  expect(pages.flatMap(({ path, text }) => brokenLinks(path, text))).toEqual([]);
});

test('a link that leads nowhere is found', () => {
  const text = '# One\n\n[a](#one) [b](#two) [c](LICENSE) [d](gone.md) [e](README.md#gone)\n';
  expect(brokenLinks('PAGE.md', text)).toEqual([
    'PAGE.md:3 leads to #two, which is not there',
    'PAGE.md:3 leads to gone.md, which is not there',
    'PAGE.md:3 leads to README.md#gone, which is not there',
  ]);
});

test('every npm script that the documents name exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  expect(named(/\bnpm (?:run )?([a-z]+)\b/g, npmItself)).not.toEqual([]);
  const unknown = named(/\bnpm run ([a-z-]+)\b/g, npmItself).filter(
    ({ word }) => !(word in scripts),
  );
  expect(unknown).toEqual([]);
});

test('every command of signalbox that the documents name exists', () => {
  const help = execFileSync(process.execPath, ['src/cli/main.ts', '--help'], {
    cwd: root,
    encoding: 'utf8',
  });
  const known = [...help.matchAll(/^ {2}([a-z-]+)\b/gm)].map((match) => match[1]);
  expect(known).toContain('status');
  const unknown = named(/(?<!\bfrom )\bsignalbox ([a-z][a-z-]*)\b/g).filter(
    ({ word }) => !known.includes(word),
  );
  expect(unknown).toEqual([]);
});

/** What npm does without a script. */
const npmItself = ['install', 'ci', 'pack'];

function named(
  pattern: RegExp,
  except: readonly string[] = [],
): readonly { readonly path: string; readonly word: string }[] {
  return pages.flatMap(({ path, text }) =>
    commandsOf(text)
      .flatMap((command) => [...command.matchAll(pattern)])
      .map(([, word = '']) => ({ path, word }))
      .filter(({ word }) => !except.includes(word)),
  );
}

function brokenLinks(path: string, text: string): readonly string[] {
  return linksOf(text)
    .filter(({ target }) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, text, target))
    .map(({ target, line }) => `${path}:${line} leads to ${target}, which is not there`);
}

function leadsSomewhere(path: string, text: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const found = resolve(root, dirname(path), file);
  if (file !== '' && !existsSync(found)) return false;
  if (anchor === undefined) return true;
  return anchorsOf(file === '' ? text : readFileSync(found, 'utf8')).includes(anchor);
}
