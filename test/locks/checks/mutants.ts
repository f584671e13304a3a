import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locks } from './locks-under-test.ts';

/** A bug planted into the real source: one piece of a file replaced by another. */
export interface Mutant {
  /** What is wrong with it. */
  readonly bug: string;
  /** In src/locks. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const source = join(import.meta.dirname, '../../../src');

/** Copies of the room with one bug each, in a folder that goes with the plantation. */
export class Plantation implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'signalbox-mutants-'));
  #planted = 0;

  async plant({ bug, file, find, replace }: Mutant): Promise<Locks> {
    const folder = join(this.#folder, String((this.#planted += 1)));
    mkdirSync(folder);
    for (const room of ['kernel', 'locks']) {
      cpSync(join(source, room), join(folder, room), { recursive: true });
    }
    const path = join(folder, 'locks', file);
    const parts = readFileSync(path, 'utf8').split(find);
    if (parts.length !== 2) {
      throw new Error(`'${bug}' is not planted: ${file} has its place ${parts.length - 1} times`);
    }
    writeFileSync(path, parts.join(replace));
    return (await import(pathToFileURL(join(folder, 'locks/index.ts')).href)) as Locks;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
