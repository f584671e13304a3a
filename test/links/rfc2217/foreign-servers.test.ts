import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Pty, rfc2217LinkFactory } from '../../../src/links/index.ts';
import type { Link, Rfc2217LinkOptions } from '../../../src/links/index.ts';
import { randomFrom } from '../../support/random.ts';
import { RunningProgram } from '../running-program.ts';
import { unusedPort } from '../tcp/loopback-server.ts';

const host = '127.0.0.1';
const forever = new AbortController().signal;
const links: Link[] = [];
/** Each byte that there is, those that telnet has a meaning for in all orders that matter. */
const telnetBytes = Buffer.from([
  ...Array.from({ length: 256 }, (_, byte) => byte),
  ...[0x0d, 0x00, 0x0d, 0x0a, 0xff, 0xff, 0xff, 0xf0, 0xff, 0xfa, 0x2c, 0x0d],
]);

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
});

function linkTo(options: Rfc2217LinkOptions): Link {
  const link = rfc2217LinkFactory(options).create();
  links.push(link);
  return link;
}

/** Writes in a piece, and reads as many bytes as were written. */
async function echoed(link: Link, data: Uint8Array): Promise<Buffer> {
  const written = link.write(data, { end: true, signal: forever });
  const chunks: Uint8Array[] = [];
  for (let length = 0; length < data.length;) {
    const chunk = await link.read(forever);
    chunks.push(chunk.data);
    length += chunk.data.length;
  }
  await written;
  return Buffer.concat(chunks);
}

interface LineReport {
  readonly isFast: boolean;
  readonly stopBits: number;
  readonly set: readonly unknown[];
  readonly movements: readonly (readonly [string, boolean])[];
}

async function serve(): Promise<RunningProgram> {
  return await RunningProgram.start(new URL('../programs/serve_rfc2217.py', import.meta.url), []);
}

async function report(server: RunningProgram): Promise<LineReport> {
  return JSON.parse(await server.ask('how are you?')) as LineReport;
}

describe("a link to pyserial's RFC 2217 server", () => {
  it('sets the line as it was told, moves no modem line, and passes each byte as it is', async () => {
    await using server = await serve();
    const link = linkTo({ host, port: Number(server.said), baudRate: 57_600, stopBits: 2 });
    await link.open(forever);
    expect(await report(server)).toEqual({
      isFast: true,
      stopBits: 2,
      set: [57_600, 8, 'N', 2, false],
      movements: [],
    });
    expect((await echoed(link, telnetBytes)).equals(telnetBytes)).toBe(true);
    const random = randomFrom(2217);
    const noise = Buffer.from(Uint8Array.from({ length: 40_000 }, () => random() * 256));
    for (let at = 0; at < noise.length; at += 2_000) {
      const piece = noise.subarray(at, at + 2_000);
      expect((await echoed(link, piece)).equals(piece)).toBe(true);
    }
  });

  it('moves the modem lines that it is told to, in their order', async () => {
    await using server = await serve();
    const link = linkTo({ host, port: Number(server.said), lines: { dtr: false } });
    await link.open(forever);
    await Promise.all([
      link.setLines?.({ rts: false, break: true }),
      link.setLines?.({ break: false }),
      link.setLines?.({ dtr: true }),
    ]);
    expect((await report(server)).movements).toEqual([
      ['dtr', false],
      ['rts', false],
      ['break', true],
      ['break', false],
      ['dtr', true],
    ]);
  });

  it('sets software flow control', async () => {
    await using server = await serve();
    const link = linkTo({ host, port: Number(server.said), flowControl: 'xon-xoff' });
    await link.open(forever);
    expect((await report(server)).set).toEqual([38_400, 8, 'N', 1, true]);
  });
});

/** Debian's ser2net with RFC 2217 on a terminal. */
class Ser2net implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #child: ReturnType<typeof spawn>;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    const file = join(folder, 'ser2net.yaml');
    this.#child = spawn('/usr/sbin/ser2net', ['-n', '-d', '-c', file], { stdio: 'ignore' });
  }

  static async start(device: string, accepter = 'telnet(rfc2217),tcp'): Promise<Ser2net> {
    const port = await unusedPort();
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-ser2net-'));
    const lines = [
      '%YAML 1.1',
      '---',
      'connection: &line',
      `  accepter: ${accepter},${host},${port}`,
      `  connector: serialdev,${device},9600n81,local`,
      '  options:',
      '    banner: "welcome to the line\\r\\n"',
      '    chardelay: false',
      '',
    ];
    writeFileSync(join(folder, 'ser2net.yaml'), lines.join('\n'));
    return new Ser2net(port, folder);
  }

  /** Opened as soon as it listens. */
  async opened(options: Partial<Rfc2217LinkOptions> = {}): Promise<Link> {
    let link: Link | undefined;
    let failure: unknown;
    const open = async (): Promise<string> => {
      link = linkTo({ host, port: this.port, ...options });
      failure = undefined;
      await link.open(forever).catch((error: unknown) => (failure = error));
      return String(failure);
    };
    await expect.poll(open).not.toContain('ECONNREFUSED');
    if (failure !== undefined || link === undefined) throw failure;
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

describe("a link to Debian's ser2net", () => {
  it('drops its greeting, and passes each byte as it is', async () => {
    await using pty = await Pty.open();
    pty.onData((data) => void pty.write(data));
    await using server = await Ser2net.start(pty.path);
    const link = await server.opened({ baudRate: 19_200, dataBits: 8, parity: 'none' });
    expect((await echoed(link, telnetBytes)).equals(telnetBytes)).toBe(true);
  });

  it('sends a break and lets it end', async () => {
    await using pty = await Pty.open();
    pty.onData((data) => void pty.write(data));
    await using server = await Ser2net.start(pty.path);
    const link = await server.opened();
    await link.setLines?.({ break: true });
    await link.setLines?.({ break: false });
    expect((await echoed(link, Buffer.from('still here\r\n'))).toString()).toBe('still here\r\n');
  });

  it('says that telnet without RFC 2217 is not enough', async () => {
    await using pty = await Pty.open();
    await using server = await Ser2net.start(pty.path, 'telnet,tcp');
    await expect(server.opened()).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('COM-PORT-OPTION'),
      nextStep: expect.stringContaining('RFC 2217'),
    });
  });

  it('says that it is silent where raw bytes are passed', async () => {
    await using pty = await Pty.open();
    await using server = await Ser2net.start(pty.path, 'tcp');
    await expect(server.opened()).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringContaining('RFC 2217'),
      nextStep: expect.stringContaining('tcp address'),
    });
  });
});
