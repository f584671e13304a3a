import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openSimulator, startSimulator } from '../../src/simulators/index.ts';
import type { ProparBusDefinition, Simulator } from '../../src/simulators/index.ts';

const master = fileURLToPath(new URL('programs/propar_master.py', import.meta.url));

/** A path that nobody else uses, and its end. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'signalbox-simulator-'));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A bus on a socket that takes no time, in this thread. */
export async function quickBus(options: Partial<ProparBusDefinition> = {}): Promise<Simulator> {
  return await openSimulator({
    kind: 'propar',
    tcpPort: 0,
    nodes: [{ address: 3 }, { address: 5 }],
    baudRate: 0,
    answerTimeMs: 0,
    ...options,
  });
}

/** The same with its real pace, in a thread of its own. */
export async function pacedBus(options: Partial<ProparBusDefinition> = {}): Promise<Simulator> {
  return await startSimulator({
    kind: 'propar',
    tcpPort: 0,
    nodes: [{ address: 3 }, { address: 5 }],
    ...options,
  });
}

/** Lets a master written in Python send messages, `MODE NODE HEX` each; gives what it got. */
export async function askWithPython(
  address: string,
  requests: readonly string[],
  timeoutSeconds = 5,
): Promise<string[]> {
  const url = address.startsWith('/') ? address : `socket://${address}`;
  const child = spawn('/usr/bin/python3', [master, url, String(timeoutSeconds)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stdin.end(`${requests.join('\n')}\n`);
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the master ended with ${String(code)}`);
  return output.trim().split('\n');
}

/** A client that speaks bytes. */
export class Client implements Disposable {
  readonly socket: Socket;
  #received: Uint8Array = new Uint8Array();
  #isClosed = false;
  #changed: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Uint8Array) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#changed();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
      this.#changed();
    });
  }

  static async open(address: string): Promise<Client> {
    const [host = '', port] = address.split(':');
    const socket = connect({ host, port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Client(socket);
  }

  /** All that came and was not taken. */
  get received(): Uint8Array {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(data: Uint8Array | string): void {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** Takes so many bytes, as soon as they are there. */
  async take(bytes: number): Promise<Uint8Array> {
    await this.until(() => this.#received.length >= bytes);
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }

  /** Takes a line, without its end. */
  async line(): Promise<string> {
    await this.until(() => this.#received.includes(0x0a));
    const end = this.#received.indexOf(0x0a) + 1;
    return Buffer.from(await this.take(end))
      .toString('latin1')
      .slice(0, -1);
  }

  /** Waits until something is the case; fails after twenty seconds. */
  async until(isSo: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(20_000);
    while (!isSo()) {
      await new Promise<void>((resolve, reject) => {
        this.#changed = resolve;
        signal.addEventListener('abort', () => reject(new Error('it did not come to that')), {
          once: true,
        });
      });
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}
