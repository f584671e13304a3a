// Bundles dashboard/ into the folder that it is given, with each file compressed beside it. Runs on
// the Node of the packages, which Vite needs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'vite';

import { root } from './root.mjs';

/** What gets smaller when it is compressed. */
const compressed = new Set(['.css', '.html', '.js', '.svg']);
/** Browsers of the last two years; styles and scripts are not rewritten for older ones. */
const browsers = ['chrome125', 'firefox128', 'safari18'];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('no folder was given');

await build({
  configFile: false,
  root: join(root, 'dashboard'),
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: folder,
    emptyOutDir: true,
    target: browsers,
    cssTarget: browsers,
    // A data: address would have to be allowed by the policy of the pages.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!compressed.has(extname(name))) continue;
  const path = join(folder, name);
  const data = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(data, { level: 9 }));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(data, { params }));
}
