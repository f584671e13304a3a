import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this folder that listens on a TCP port, in a process of its own. */
export class TcpProgram implements AsyncDisposable {
  readonly tcpPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, tcpPort: number) {
    this.#child = child;
    this.tcpPort = tcpPort;
  }

  static async start(program: URL, ...words: readonly string[]): Promise<TcpProgram> {
    const child = spawn(process.execPath, [fileURLToPath(program), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new TcpProgram(child, Number(line.toString()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}
