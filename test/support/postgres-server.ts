import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** Debian keeps each version's programs in a folder of its own. */
const versions = '/usr/lib/postgresql';
export const postgresPassword = 'p@ss:w0rd/never-seen';

/** A PostgreSQL server of Debian, with a data folder and a socket of its own, on 127.0.0.1. */
export class PostgresServer implements AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-postgres-'));
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, postgresPassword);
    const server = new PostgresServer(folder, await freePort());
    for (const path of [folder, passwordFile]) giveAway(path);
    const { status, stderr } = asServer('initdb', [
      '--no-sync',
      '--auth=scram-sha-256',
      '--username=signalbox',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      join(folder, 'data'),
    ]);
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
    await server.up();
    return server;
  }

  get url(): string {
    const password = encodeURIComponent(postgresPassword);
    return `postgresql://signalbox:${password}@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it again where its data is. */
  async up(): Promise<void> {
    const [command, args] = wordsOf('postgres', [
      '-D',
      join(this.folder, 'data'),
      '-p',
      String(this.port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${this.folder}`,
      '-c',
      'max_connections=20',
    ]);
    this.#server = spawn(command, args, { stdio: 'ignore', cwd: '/' });
    for (;;) {
      const client = new Client({ connectionString: this.url });
      client.on('error', () => {});
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        if (this.#server.exitCode !== null) throw new Error('the server did not start');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** As after a loss of power; or in order. */
  async down(signal: 'SIGQUIT' | 'SIGINT' = 'SIGQUIT'): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  }

  /** What somebody does to the database beside the one that is tested. */
  async ask(sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query(sql, [...values])).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** It refuses to run as root. */
function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function idOf(what: '-u' | '-g'): number {
  return Number(spawnSync('id', [what, 'postgres'], { encoding: 'utf8' }).stdout);
}

function giveAway(path: string): void {
  if (isRoot()) chownSync(path, idOf('-u'), idOf('-g'));
}

function wordsOf(program: string, args: readonly string[]): [string, string[]] {
  const [newest = ''] = readdirSync(versions).sort((one, other) => Number(other) - Number(one));
  const path = join(versions, newest, 'bin', program);
  if (!isRoot()) return [path, [...args]];
  const as = [`--reuid=${idOf('-u')}`, `--regid=${idOf('-g')}`, '--clear-groups', '--'];
  return ['setpriv', [...as, path, ...args]];
}

function asServer(
  program: string,
  args: readonly string[],
): { status: number | null; stderr: string } {
  const [command, words] = wordsOf(program, args);
  return spawnSync(command, words, { encoding: 'utf8', cwd: '/' });
}
