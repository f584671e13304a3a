import { basename, dirname, join, resolve } from 'node:path';
import { SignalboxError } from '../../kernel/index.ts';
import { isMissing } from './file-system.ts';
import type { FileStat, FileSystem } from './file-system.ts';
import { sha256 } from './sha256.ts';
import { merged } from './table.ts';
import type { Table } from './table.ts';
import { TomlFile } from '../toml/toml-file.ts';
import { unreadable } from './unreadable.ts';

/** A configuration is put together from files; what a later one says wins. */
export type LayerKind = 'include' | 'main' | 'overlay';

/** One of the files. */
export interface Layer {
  readonly kind: LayerKind;
  readonly path: string;
  readonly toml: TomlFile;
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** Empty when there is no such file: an overlay that nobody has written yet. */
  readonly stamp: string;
  readonly stat: FileStat | undefined;
}

/** All files of a configuration, as they were read. */
export interface Layers {
  /** The lowest first. */
  readonly all: readonly Layer[];
  /** The one that is written: the overlay where one is active. */
  readonly target: Layer;
  /** A digest of those that are not written; undefined when there is the target alone. */
  readonly below: string | undefined;
  readonly merged: Table;
}

/** A longer file is no configuration, in bytes. */
export const configBytesMost = 4_194_304;
/** So many files may be included. */
export const includesMost = 100;

/** Words of a file that are for the store, not for the schema. */
export const ownWords: readonly string[] = ['include', 'version'];

/** `lab.test.toml`, beside `lab.toml`. */
function overlayPath(path: string, environment: string): string {
  if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(environment)) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `'${environment}' is no name of an environment: letters, digits, - and _, 64 at most`,
    );
  }
  const name = basename(path).replace(/\.toml$/, '');
  return join(dirname(path), `${name}.${environment}.toml`);
}

/** Where the files are that may be written. */
export interface ConfigPlaces {
  /** The main file, after all links: relative paths in it lead on from there. */
  readonly path: string;
  /** Of the environment, after all links; undefined without one. */
  readonly overlay: string | undefined;
}

/** @throws CONFIG_UNREADABLE, BAD_ARGUMENT */
export async function placesOf(
  path: string,
  environment: string | undefined,
  files: FileSystem,
): Promise<ConfigPlaces> {
  const main = await realPathOf(resolve(path), files);
  if (environment === undefined) return { path: main, overlay: undefined };
  return { path: main, overlay: await realPathOf(overlayPath(main, environment), files) };
}

async function realPathOf(path: string, files: FileSystem): Promise<string> {
  try {
    return await files.realPath(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw unreadable(path, error);
  }
}

/** Reads the files of a configuration; those that are still what they were are not read again. */
export class LayerReader {
  readonly path: string;
  readonly overlay: string | undefined;
  readonly #files: FileSystem;
  readonly #known = new Map<string, Layer>();
  #reads = 0;

  constructor({ path, overlay }: ConfigPlaces, files: FileSystem) {
    this.path = path;
    this.overlay = overlay;
    this.#files = files;
  }

  /** Which file is written. */
  get target(): string {
    return this.overlay ?? this.path;
  }

  /** @throws CONFIG_UNREADABLE, CONFIG_INVALID */
  async read(): Promise<Layers> {
    const main = await this.readLayer('main', this.path);
    const overlay =
      this.overlay === undefined ? undefined : await this.readLayer('overlay', this.overlay);
    return await this.#around(main, overlay);
  }

  /** The same with other bytes in the place of the file that is written. */
  async readWith(bytes: Uint8Array, stat: FileStat | undefined): Promise<Layers> {
    if (this.overlay === undefined) {
      return await this.#around(layerOf('main', this.path, bytes, stat), undefined);
    }
    const main = await this.readLayer('main', this.path);
    return await this.#around(main, layerOf('overlay', this.overlay, bytes, stat));
  }

  async #around(main: Layer, overlay: Layer | undefined): Promise<Layers> {
    const includes: Layer[] = [];
    for (const path of await this.#included(main)) {
      includes.push(await this.readLayer('include', path));
    }
    return joined(includes, main, overlay);
  }

  async readLayer(kind: LayerKind, path: string): Promise<Layer> {
    let stat: FileStat;
    let bytes: Uint8Array;
    try {
      stat = await this.#files.stat(path);
      const known = this.#known.get(path);
      if (known?.stamp === stat.stamp) return known;
      if (stat.size > configBytesMost) throw tooLong(path);
      this.#reads += 1;
      bytes = await this.#files.readFile(path);
    } catch (error) {
      if (kind !== 'overlay' || !isMissing(error)) throw unreadable(path, error);
      return layerOf(kind, path, new Uint8Array(), undefined);
    }
    const layer = layerOf(kind, path, bytes, stat);
    this.#known.set(path, layer);
    return layer;
  }

  /** How often a file had to be read. */
  get reads(): number {
    return this.#reads;
  }

  /** Whether the files are still what they were when they were read. */
  async isCurrent({ all }: Layers): Promise<boolean> {
    for (const { path, stamp } of all) {
      const now = await this.#files.stat(path).then(
        (stat) => stat.stamp,
        () => '',
      );
      if (now !== stamp) return false;
    }
    return true;
  }

  /** Takes note of a layer that was just written. */
  wrote(layer: Layer): void {
    this.#known.set(layer.path, layer);
  }

  async #included({ toml, path }: Layer): Promise<readonly string[]> {
    const { include } = toml.value;
    if (include === undefined) return [];
    const patterns: unknown[] = Array.isArray(include) ? include : [include];
    const found: string[] = [];
    for (const pattern of patterns) {
      if (typeof pattern !== 'string' || pattern === '') {
        throw refused(path, toml, `include: must be a list of file names`);
      }
      found.push(...(await this.#matching(pattern, path, toml)));
    }
    if (found.length > includesMost) {
      throw refused(path, toml, `include: names ${found.length} files; at most ${includesMost}`);
    }
    return [...new Set(found)].filter((each) => each !== path && each !== this.overlay);
  }

  async #matching(pattern: string, path: string, toml: TomlFile): Promise<readonly string[]> {
    const whole = resolve(dirname(path), pattern);
    const folder = dirname(whole);
    if (folder.includes('*')) {
      throw refused(path, toml, `include: '${pattern}' may have a * in the name of the file alone`);
    }
    let names: readonly string[];
    try {
      names = await this.#files.readFolder(folder);
    } catch (error) {
      if (!isMissing(error)) throw error;
      names = [];
    }
    const wanted = basename(whole);
    if (!wanted.includes('*')) {
      if (names.includes(wanted)) return [whole];
      throw refused(path, toml, `include: ${whole} does not exist`);
    }
    const [first = '', ...rest] = wanted.split('*');
    return names
      .filter((name) => !name.startsWith('.') && fits(name, first, rest))
      .toSorted()
      .map((name) => join(folder, name));
  }
}

function fits(name: string, first: string, rest: readonly string[]): boolean {
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const found = isLast ? name.length - part.length : name.indexOf(part, at);
    if (found < at || !name.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return true;
}

export function layerOf(
  kind: LayerKind,
  path: string,
  bytes: Uint8Array,
  stat: FileStat | undefined,
  known?: TomlFile,
): Layer {
  const toml = known ?? TomlFile.parse(textOf(bytes, path), path);
  if (kind !== 'main' && 'include' in toml.value) {
    throw refused(path, toml, 'include: is for the main file alone');
  }
  return {
    kind,
    path,
    toml,
    sha256: sha256(bytes),
    size: bytes.length,
    stamp: stat?.stamp ?? '',
    stat,
  };
}

/** Puts layers together. */
export function joined(
  includes: readonly Layer[],
  main: Layer,
  overlay: Layer | undefined,
): Layers {
  const all = [...includes, main, ...(overlay === undefined ? [] : [overlay])];
  const target = overlay ?? main;
  const others = all.filter((layer) => layer !== target);
  const below =
    others.length === 0
      ? undefined
      : sha256(others.map((each) => `${each.path} ${each.sha256}\n`).join(''));
  return { all, target, below, merged: mergedValue(all.map(({ toml }) => toml.value)) };
}

/** The same with another target. */
export function withTarget(layers: Layers, target: Layer): Layers {
  const all = layers.all.map((layer) => (layer === layers.target ? target : layer));
  return { ...layers, all, target, merged: mergedValue(all.map(({ toml }) => toml.value)) };
}

/** What the schema is given: everything but the words of the store. */
export function mergedValue(values: readonly Table[]): Table {
  const whole = values.length === 1 ? (values[0] ?? {}) : values.reduce(merged, {});
  if (!ownWords.some((word) => word in whole)) return whole;
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !ownWords.includes(name)));
}

function textOf(bytes: Uint8Array, path: string): string {
  if (bytes.length > configBytesMost) throw tooLong(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SignalboxError('CONFIG_UNREADABLE', `${path}:1: is not UTF-8`, {
      details: { path },
      cause,
    });
  }
}

function tooLong(path: string): SignalboxError {
  return new SignalboxError(
    'CONFIG_UNREADABLE',
    `${path} is longer than ${configBytesMost} bytes`,
    {
      details: { path },
    },
  );
}

function refused(path: string, toml: TomlFile, message: string): SignalboxError {
  const line = toml.lineOf(['include']);
  return new SignalboxError('CONFIG_INVALID', `${path}:${line}: ${message}`, {
    details: { path, problems: [{ line, message }] },
  });
}
