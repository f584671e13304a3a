import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { serialLinkFactory } from '../src/links/index.ts';
import type { Link } from '../src/links/index.ts';
import { TelnetStream } from '../src/protocols/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { TcpProgram } from './clients/tcp-program.ts';
import { figure, noTarget, quantile, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure, Target } from './figure.ts';
import { queryTimes, roundsOf } from './query-times.ts';
import type { Ask } from './query-times.ts';

const bound =
  'one query is two reads, two writes and two wake-ups here, as in a bare proxy of Node, which only copies bytes (ser2net: 18 system calls). The proxy takes 25 µs of the processor for them, ser2net 24, and the two are as quick: that is the floor of Node. The RFC 2217 door takes 38 µs; the 13 more are the request cut out, put in line, traced and counted. A virtual port took 53 to 68: its bytes pass the terminals of the kernel twice as often, with three more small system calls that tell whose they are';
const serialProxy = new URL('clients/serial-proxy.ts', import.meta.url);
const queries = 2_000;
const line = Buffer.from('VOLT?\n');
const lineFeed = 10;
const peerProgram = fileURLToPath(new URL('clients/line_peer.py', import.meta.url));
const forever = new AbortController().signal;

type Way = 'virtual' | 'rfc2217' | 'proxy' | 'ser2net' | 'ser2netFast';

/** A program at the end of a way to a serial line. */
interface LineClient extends AsyncDisposable {
  ask(): Promise<void>;
}

/**
 * A line and its answer at the doors for serial programs, and at Debian's ser2net with its defaults and
 * without its wait for more characters; each on a terminal of its own with the same peer.
 */
const benchmark: Benchmark = {
  name: 'serial-doors',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using ourPeer = await Peer.start();
    await using defaultsPeer = await Peer.start();
    await using fastPeer = await Peer.start();
    await using proxyPeer = await Peer.start();
    await using gateway = await GatewayProcess.start(laboratory(ourPeer.path), { isBuilt: true });
    await using defaults = await Ser2net.start(defaultsPeer.path, false);
    await using fast = await Ser2net.start(fastPeer.path, true);
    const rfc2217Port = Number(new URL(gateway.address('line-rfc2217')).port);
    await using virtual = await TerminalClient.open(gateway.address('line-1'));
    await using rfc2217 = await TelnetClient.open(rfc2217Port);
    await using ser2net = await TelnetClient.open(defaults.tcpPort);
    await using ser2netFast = await TelnetClient.open(fast.tcpPort);
    await using bare = await TcpProgram.start(serialProxy, proxyPeer.path);
    await using proxy = await TelnetClient.open(bare.tcpPort);
    const clients: Readonly<Record<Way, LineClient>> = {
      virtual,
      rfc2217,
      proxy,
      ser2net,
      ser2netFast,
    };

    const asks = Object.fromEntries(
      Object.entries(clients).map(([way, client]) => [way, async () => await client.ask()]),
    ) as Record<Way, Ask>;
    context.progress(`${queries} lines each way, twice`);
    const rounds = { warmUp: roundsOf(queries), measured: roundsOf(queries) };
    const times = await queryTimes(asks, rounds, context);
    const compared = (what: string, way: Way, rival: Way, target: Target): Figure =>
      figure({
        name: `${what}, p50`,
        ours: quantile(times[way], 0.5),
        rival: quantile(times[rival], 0.5),
        unit: 'ms',
        target,
        bound,
      });
    return [
      compared('RFC 2217 door beside ser2net', 'rfc2217', 'ser2net', ratioAtMost(0.1)),
      compared('virtual serial port beside ser2net', 'virtual', 'ser2net', ratioAtMost(0.1)),
      compared(
        'RFC 2217 door beside ser2net without chardelay',
        'rfc2217',
        'ser2netFast',
        ratioAtMost(1),
      ),
      compared(
        'virtual serial port beside ser2net without chardelay',
        'virtual',
        'ser2netFast',
        ratioAtMost(1),
      ),
      compared(
        'a bare proxy of Node beside ser2net without chardelay',
        'proxy',
        'ser2netFast',
        noTarget,
      ),
      compared('ser2net without chardelay beside ser2net', 'ser2netFast', 'ser2net', noTarget),
    ];
  },
};

export default benchmark;

function laboratory(path: string): string {
  return `
[ports.line]
serial = "${path}"
protocol = "lines"
virtualPorts = ["line-1"]
rfc2217 = 0
`;
}

/** What answers lines at the other end of a terminal. */
class Peer implements AsyncDisposable {
  readonly path: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, path: string) {
    this.#child = child;
    this.path = path;
  }

  static async start(): Promise<Peer> {
    const child = spawn('/usr/bin/python3', [peerProgram], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [path] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return new Peer(child, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}

/** Debian's ser2net with one terminal, as its documents say. */
class Ser2net implements AsyncDisposable {
  readonly tcpPort: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, tcpPort: number, folder: string) {
    this.#child = child;
    this.tcpPort = tcpPort;
    this.#folder = folder;
  }

  static async start(path: string, isFast: boolean): Promise<Ser2net> {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
    const tcpPort = await freePort();
    const options = isFast ? '\n  options:\n    chardelay: false' : '';
    const file = join(folder, 'ser2net.yaml');
    await writeFile(
      file,
      `%YAML 1.1
---
connection: &line
  accepter: telnet(rfc2217),tcp(nodelay),127.0.0.1,${tcpPort}
  connector: serialdev,${path},38400n81,local${options}
`,
    );
    const child = spawn('/usr/sbin/ser2net', ['-n', '-c', file, '-P', join(folder, 'pid')], {
      stdio: 'ignore',
    });
    return new Ser2net(child, tcpPort, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
    await rm(this.#folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A program at a telnet server. */
class TelnetClient implements LineClient {
  readonly #socket: Socket;
  readonly #telnet = new TelnetStream({ local: [0, 3], remote: [0, 3] });
  #answered: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      const { events, reply } = this.#telnet.push(data);
      if (reply.length > 0) socket.write(reply);
      for (const event of events) {
        if (event.kind === 'data' && event.data.at(-1) === lineFeed) this.#answered?.();
      }
    });
  }

  static async open(tcpPort: number): Promise<TelnetClient> {
    for (let attempt = 0; ; attempt += 1) {
      const socket = connect({ port: tcpPort, host: '127.0.0.1', noDelay: true });
      try {
        await once(socket, 'connect');
        return new TelnetClient(socket);
      } catch (error) {
        // It has just been started.
        if (attempt >= 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async ask(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    this.#socket.write(line);
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}

/** A program at a virtual serial port. */
class TerminalClient implements LineClient {
  readonly #link: Link;

  private constructor(link: Link) {
    this.#link = link;
  }

  static async open(path: string): Promise<TerminalClient> {
    const link = serialLinkFactory({ path, backend: 'tty' }).create();
    await link.open(forever);
    return new TerminalClient(link);
  }

  async ask(): Promise<void> {
    const answer = this.#link.read(forever);
    await this.#link.write(line, { end: true, signal: forever });
    for (let chunk = await answer; chunk.data.at(-1) !== lineFeed;) {
      chunk = await this.#link.read(forever);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.close();
  }
}
