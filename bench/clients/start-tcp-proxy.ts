import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('tcp-proxy.ts', import.meta.url));

/** A proxy that only passes bytes on, in a process of its own. */
export class TcpProxy implements AsyncDisposable {
  readonly tcpPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, tcpPort: number) {
    this.#child = child;
    this.tcpPort = tcpPort;
  }

  /** @param address `host:port` of what it leads to */
  static async start(address: string): Promise<TcpProxy> {
    const child = spawn(process.execPath, [program, ...address.split(':')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new TcpProxy(child, Number(line.toString()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}
