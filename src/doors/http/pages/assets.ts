import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What pages are made of: the files of `browser/`, which run as they are written. */
const names = [
  'page.css',
  'elements.js',
  'gateway.js',
  'alarms.js',
  'alarm-form.js',
  'players.js',
  'schedule-preview.js',
  'settings.js',
  'settings-controls.js',
  'settings-dialogs.js',
  'settings-draft.js',
  'settings-form.js',
  'settings-history.js',
  'settings-schema.js',
  'settings-values.js',
];

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** One file that a page loads. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly text: string;
  /** Changes with the text (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

/** The addresses of all assets. */
export const assetPaths: readonly string[] = names.map((name) => `/assets/${name}`);

/** Reads all assets. */
export async function loadAssets(): Promise<readonly Asset[]> {
  return await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(import.meta.dirname, 'browser', name), 'utf8');
      const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
      return { path: `/assets/${name}`, type: types[extname(name)] ?? '', text, etag };
    }),
  );
}
