import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { errorsPage } from '../../scripts/errors-page.ts';
import { withFaults } from '../../scripts/python-faults.ts';
import { errorCatalogue } from '../../src/kernel/index.ts';
import { filesBelow, root, withoutComments } from './sources.ts';

const codes = Object.keys(errorCatalogue);

test('the reference page has every error of the catalogue and no other', () => {
  const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8');
  const documented = [...page.matchAll(/^### (\w+)$/gm)].map((match) => match[1]);
  expect(new Set(documented)).toEqual(new Set(codes));
  expect(page, 'run `npm run docs`').toBe(errorsPage());
});

test('the Python client has every error of the catalogue and no other', () => {
  const client = readFileSync(join(root, 'python/signalbox/client.py'), 'utf8');
  expect(client, 'run `npm run docs`').toBe(withFaults(client));
});

test('every error of the catalogue is raised somewhere', () => {
  const text = filesBelow('src', '.ts')
    .filter(({ path }) => path !== 'src/kernel/error-catalogue.ts')
    .map((file) => withoutComments(file.text))
    .join('\n');
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('no error is raised without a code', () => {
  const raised = filesBelow('src', '.ts').filter(({ text }) =>
    /throw (?:new )?Error\(/.test(withoutComments(text)),
  );
  expect(raised.map(({ path }) => path)).toEqual([]);
});
