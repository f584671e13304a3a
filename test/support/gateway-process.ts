import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DoorStatus } from '../../src/doors/door.ts';

const sources = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const built = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A gateway in a process of its own, as a user starts it, with folders of its own. */
export class GatewayProcess implements AsyncDisposable {
  readonly folder: string;
  readonly doors: readonly DoorStatus[];
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #said: readonly string[];

  private constructor(
    folder: string,
    child: ChildProcess,
    doors: readonly DoorStatus[],
    said: readonly string[],
  ) {
    this.#said = said;
    this.folder = folder;
    this.doors = doors;
    this.pid = child.pid ?? 0;
    this.#child = child;
  }

  /**
   * @param toml its configuration; it gets a free HTTP port
   * @param options.isBuilt runs what `npm run build` made, as users do, instead of the sources
   * @param options.preload a module that its process loads before anything else
   * @param options.prefix words that run it somewhere else: in a network of its own
   * @param options.folder of a gateway that was killed: its file is taken as it is
   */
  static async start(
    toml: string,
    options: {
      readonly isBuilt?: boolean;
      readonly preload?: URL;
      readonly prefix?: readonly string[];
      readonly folder?: string;
    } = {},
  ): Promise<GatewayProcess> {
    const main = options.isBuilt === true ? built : sources;
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'signalbox-test-')));
    const file = join(folder, 'lab.toml');
    if (options.folder === undefined) {
      await writeFile(file, /^\[http\]/m.test(toml) ? toml : `${toml}\n[http]\nport = 0\n`);
    }
    const preload = options.preload === undefined ? [] : ['--import', options.preload.href];
    const words = [process.execPath, ...preload, main, 'start', file, '--json'];
    const [command = '', ...args] = [...(options.prefix ?? []), ...words];
    const child = spawn(command, args, {
      env: environmentIn(folder),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    child.stderr.on('data', (data: Buffer) => said.push(data.toString()));
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([
      once(lines, 'line').then(([line]) => line as string),
      once(child, 'exit').then(() => undefined),
    ]);
    if (first === undefined) throw new Error(`the gateway did not start: ${said.join('')}`);
    const { doors } = JSON.parse(first) as { doors?: DoorStatus[] };
    if (doors === undefined) throw new Error(`the gateway did not start: ${first}`);
    return new GatewayProcess(folder, child, doors, said);
  }

  /** Where a client finds a door. */
  address(name: string): string {
    const door = this.doors.find((each) => each.name === name);
    if (door === undefined) throw new Error(`no door ${name}`);
    return door.address;
  }

  /** What it has written to its terminal as warnings. */
  get errors(): string {
    return this.#said.join('');
  }

  get url(): string {
    return this.address('http');
  }

  /** Tells it to stop, and gives the exit code that it ended with. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
    }
    return await this.ended();
  }

  /** Waits for its end, and gives the exit code. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The environment of a program whose files are to stay in a folder. */
export function environmentIn(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder };
}

/** What a finished program came to. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end. */
export async function run(command: string, args: readonly string[]): Promise<Finished> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, errors };
}
