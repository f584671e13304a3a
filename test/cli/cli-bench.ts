import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { Running } from './running.ts';
import type { Finished } from './running.ts';

const binary = fileURLToPath(new URL('../../bin/signalbox.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const terminal = fileURLToPath(new URL('terminal.py', import.meta.url));

// Each command is a process of its own, and a busy machine starts few of them a second.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** An environment in which commands must not find a gateway: one of whoever runs the tests, perhaps. */
export const nowhere = { SIGNALBOX_URL: 'http://127.0.0.1:9' } as const;

/** How a command is run. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the terminal. @default 100 */
  readonly columns?: number;
}

/** A folder in which `signalbox` is used as a user uses it: the real program, in real processes. */
export class CliBench implements AsyncDisposable {
  readonly folder: string;
  readonly #cleanUps = new AsyncDisposableStack();
  #hasStarted = false;

  private constructor(folder: string) {
    this.folder = folder;
    this.#cleanUps.defer(async () => await rm(folder, { recursive: true, force: true }));
  }

  static async open(): Promise<CliBench> {
    if (!existsSync(built)) throw new Error('nothing is built: run `npm run build` first');
    return new CliBench(await mkdtemp(join(tmpdir(), 'signalbox-cli-')));
  }

  /** A bench on which a gateway runs in the background until the bench is disposed. */
  static async withGateway(toml: string): Promise<CliBench> {
    const bench = await CliBench.open();
    await bench.start(toml);
    return bench;
  }

  /** Starts a gateway in the background; it gets a free HTTP port unless it has one. */
  async start(toml: string, file = 'lab.toml'): Promise<void> {
    const hasHttp = /^\[http\]/m.test(toml);
    await this.write(file, hasHttp ? toml : `${toml}\n[http]\nport = 0\n`);
    const { code, output, errors } = await this.run(['start', file, '--detach', '--json']);
    if (code !== 0) throw new Error(`the gateway did not start: ${output}${errors}`);
    const { started } = JSON.parse(output) as { started: number };
    this.#cleanUps.defer(() => killed(started));
  }

  /** Starts the gateway again; the new one ends with the bench, too. */
  async restart(): Promise<void> {
    const { started } = (await this.json(['restart'])) as { started: number };
    this.#cleanUps.defer(() => killed(started));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.path(name), text);
  }

  async read(name: string): Promise<string> {
    return await readFile(this.path(name), 'utf8');
  }

  /** Begins a command with pipes on all sides, as a script runs it. */
  begin(words: readonly string[], options: RunOptions = {}): Running {
    if (words[0] === 'start') this.#hasStarted = true;
    return this.#begin([process.execPath, binary, ...words], options);
  }

  /** Begins a command on a terminal. What it says there, on either stream, is in `output`. */
  beginOnTerminal(words: readonly string[], options: RunOptions = {}): Running {
    const { columns = 100 } = options;
    const command = [process.execPath, binary, ...words];
    return this.#begin(['python3', terminal, String(columns), ...command], options);
  }

  /** Begins another program, with `signalbox` on its PATH. */
  beginProgram(words: readonly string[], options: RunOptions = {}): Running {
    return this.#begin(words, options);
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return await this.begin(words, options).end();
  }

  async runOnTerminal(words: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return await this.beginOnTerminal(words, options).end();
  }

  /** The one line of JSON that a command prints. */
  async json(words: readonly string[], options: RunOptions = {}): Promise<unknown> {
    const { output } = await this.run([...words, '--json'], options);
    return JSON.parse(output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUps.disposeAsync();
  }

  #begin([command = '', ...words]: readonly string[], { environment }: RunOptions): Running {
    const child = spawn(command, words, {
      cwd: this.folder,
      env: {
        ...withoutSignalbox(process.env),
        XDG_STATE_HOME: this.path('state'),
        XDG_RUNTIME_DIR: this.path('run'),
        TERM: 'xterm',
        ...(this.#hasStarted ? {} : nowhere),
        ...environment,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Who ends early does not read what is typed.
    child.stdin.on('error', () => {});
    return new Running(child);
  }
}

/** What a developer has set must not reach the tests. */
function withoutSignalbox(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(SIGNALBOX_(URL|TOKEN|LEASE)|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|CI)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.test(name)));
}

async function killed(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
    while (existsSync(`/proc/${pid}`) && !(await isZombie(pid))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } catch {
    // It has ended already.
  }
}

/** Ended, and not yet collected by whoever it was left to. Source: man 5 proc_pid_stat. */
async function isZombie(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ') Z');
  return text.slice(text.lastIndexOf(')') + 2).startsWith('Z');
}
