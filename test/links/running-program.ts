import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const python = '/usr/bin/python3';

/** A program, of Python or Node, that runs until it is told to end, once it has said a first line. */
export class RunningProgram implements AsyncDisposable {
  readonly pid: number;
  /** The first line that it said. */
  readonly said: string;
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, lines: Interface, said: string) {
    this.#child = child;
    this.#lines = lines;
    this.pid = child.pid ?? 0;
    this.said = said;
  }

  /** @param options.uid the user that it runs as */
  static async start(
    program: URL,
    args: readonly string[],
    options: { readonly uid?: number } = {},
  ): Promise<RunningProgram> {
    const path = fileURLToPath(program);
    const interpreter = path.endsWith('.py') ? python : process.execPath;
    const child = spawn(interpreter, [path, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
    });
    let complaint = '';
    child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
    const lines = createInterface({ input: child.stdout });
    const said = await Promise.race([
      once(lines, 'line').then(([line]) => line as string),
      once(child, 'close').then(() => undefined),
    ]);
    if (said === undefined) throw new Error(`${path} failed: ${complaint}`);
    return new RunningProgram(child, lines, said);
  }

  /** Gives it a line, and gives the line that it says next. */
  async ask(line: string): Promise<string> {
    const answer = once(this.#lines, 'line') as Promise<[string]>;
    this.#child.stdin?.write(`${line}\n`);
    const [text] = await answer;
    return text;
  }

  /** Ends it as nothing else does: it can do no more. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}
