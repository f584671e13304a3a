import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKoffi } from '../../../src/links/linux/koffi.ts';

/** Compiles a C source beside this file to a shared library of its own. */
export class CompiledLibrary implements Disposable {
  readonly path: string;
  readonly #folder: string;

  constructor(source: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'signalbox-visa-'));
    this.path = join(this.#folder, `${source}.so`);
    const file = join(import.meta.dirname, `${source}.c`);
    execFileSync('gcc', [
      '-Wall',
      '-Werror',
      '-shared',
      '-fPIC',
      '-o',
      this.path,
      file,
      '-lpthread',
    ]);
  }

  /** How many sessions and resource managers are open in it. */
  async openSessions(): Promise<number> {
    return await this.#number('openSessions');
  }

  /** How many bytes it has given to those who read. */
  async bytesRead(): Promise<number> {
    return await this.#number('bytesRead');
  }

  /** Lets calls come back that hang. */
  async release(): Promise<void> {
    await this.#number('release');
  }

  async #number(name: string): Promise<number> {
    const koffi = await loadKoffi();
    return Number(koffi.load(this.path).func(`int32_t ${name}()`)());
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
