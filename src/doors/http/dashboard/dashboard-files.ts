import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { SignalboxError } from '../../../kernel/index.ts';

/** How a file may be sent, the smallest first, with the ending of what `npm run build` laid beside it. */
const encodings = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

type Encoding = (typeof encodings)[number]['name'];

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A file as it is sent. */
export interface Representation {
  readonly encoding: Encoding | undefined;
  readonly data: Buffer;
  /** Changes with the bytes (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

/** One file of the dashboard. */
export class DashboardFile {
  /** From the folder on, with slashes: `assets/main-Ab3d.js`. */
  readonly path: string;
  readonly type: string;
  readonly #representations: readonly Representation[];

  constructor(path: string, representations: readonly Representation[]) {
    this.path = path;
    this.type = types[extname(path)] ?? 'application/octet-stream';
    this.#representations = representations;
  }

  /** The smallest that a browser takes, by its header Accept-Encoding. */
  for(accepted: string | undefined): Representation {
    const names = encodingsIn(accepted);
    const found = this.#representations.find(
      ({ encoding }) => encoding === undefined || names.has(encoding),
    );
    if (found === undefined) {
      throw new SignalboxError('INTERNAL', `${this.path} has no plain form`);
    }
    return found;
  }
}

/** The folder that `npm run build` gives; the same for sources and for what they are compiled to. */
export function dashboardFolder(): string {
  const built = join(import.meta.dirname, '../../../dashboard');
  return existsSync(join(built, 'index.html'))
    ? built
    : join(import.meta.dirname, '../../../../dist/dashboard');
}

/** Reads all files of the dashboard. None when it was not built. */
export async function loadDashboard(folder: string = dashboardFolder()): Promise<DashboardFile[]> {
  if (!existsSync(join(folder, 'index.html'))) return [];
  const names = (await readdir(folder, { recursive: true, encoding: 'utf8' })).toSorted();
  const plain = names.filter((name) => Object.hasOwn(types, extname(name)));
  return await Promise.all(
    plain.map(async (name) => {
      const compressed = encodings.flatMap((encoding) => {
        const path = `${name}${encoding.ending}`;
        return names.includes(path) ? [representation(join(folder, path), encoding.name)] : [];
      });
      const all = await Promise.all([...compressed, representation(join(folder, name), undefined)]);
      return new DashboardFile(name.replaceAll('\\', '/'), all);
    }),
  );
}

async function representation(
  path: string,
  encoding: Encoding | undefined,
): Promise<Representation> {
  const data = await readFile(path);
  const etag = `"${createHash('sha256').update(data).digest('base64url')}"`;
  return { encoding, data, etag };
}

/** What is named, and not with a weight of nothing (RFC 9110, section 12.5.3). */
function encodingsIn(header: string | undefined): ReadonlySet<string> {
  const parts = (header ?? '').toLowerCase().split(',');
  return new Set(
    parts.flatMap((part) => {
      const [name = '', ...parameters] = part.split(';').map((each) => each.trim());
      return parameters.some((each) => /^q=0(?:\.0*)?$/.test(each)) ? [] : [name];
    }),
  );
}
