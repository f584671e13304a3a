import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Ends when its standard input does, which is when the test ends, however that ends. */
const hostScript = 'mount -t tmpfs tmpfs /run && ip link set lo up && echo ready && exec cat';
const unshared = ['--net', '--mount', '--propagation', 'private'];

/** What a finished program came to. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A host of a private network: a network and a `/run` of its own, no way to any other. */
export class PrivateHost implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @throws when this user may not make one: what is tested needs it */
  static async create(): Promise<PrivateHost> {
    const child = spawn('unshare', [...unshared, 'sh', '-c', hostScript], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said = await Promise.race([
      once(child.stdout, 'data').then(String),
      once(child, 'exit').then(() => undefined),
      once(child, 'error').then(() => undefined),
    ]);
    if (said === 'ready\n') return new PrivateHost(child);
    const why = child.exitCode === null ? 'unshare is not there' : await text(child.stderr);
    throw new Error(
      `this test makes network namespaces of its own, which needs the superuser (run it with sudo) and the programs unshare and ip: ${why.trim()}`,
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The words that run a program here, in the place of the program alone. */
  get prefix(): readonly [string, ...string[]] {
    return ['nsenter', '--target', String(this.pid), '--net', '--mount', '--wd=.'];
  }

  /** Runs a program that takes no time to its end. @throws when it fails */
  do(...words: readonly string[]): string {
    const [command, ...args] = [...this.prefix, ...words] as const;
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  start(...words: readonly string[]): ChildProcess {
    const [command, ...args] = [...this.prefix, ...words] as const;
    return spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Runs a program to its end. */
  async run(...words: readonly string[]): Promise<Finished> {
    const child = this.start(...words);
    child.stdin?.end();
    if (child.stdout === null || child.stderr === null) throw new Error('no output');
    const [output, errors] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code: child.exitCode, output, errors };
  }

  /** How many packets have left by an interface. */
  packetsSent(interfaceName: string): number {
    const [stats] = JSON.parse(
      this.do('ip', '-json', '-statistics', 'link', 'show', interfaceName),
    ) as [{ readonly stats64: { readonly tx: { readonly packets: number } } }];
    return stats.stats64.tx.packets;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.destroy();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit');
    }
  }
}

/** Several hosts at one switch: `10.77.0.1`, `10.77.0.2` and so on, each with its `eth0`. */
export class PrivateNetwork implements AsyncDisposable {
  readonly hosts: readonly PrivateHost[];
  readonly #stack: AsyncDisposableStack;

  private constructor(hosts: readonly PrivateHost[], stack: AsyncDisposableStack) {
    this.hosts = hosts;
    this.#stack = stack;
  }

  static async create(hostCount: number): Promise<PrivateNetwork> {
    await using stack = new AsyncDisposableStack();
    const middle = stack.use(await PrivateHost.create());
    // IPv6 would talk by itself: neighbours, routers, groups.
    middle.do('ip', 'link', 'add', 'switch', 'type', 'bridge', 'mcast_snooping', '0');
    middle.do('ip', 'link', 'set', 'switch', 'addrgenmode', 'none', 'up');
    const hosts: PrivateHost[] = [];
    for (let number = 1; number <= hostCount; number += 1) {
      const host = stack.use(await PrivateHost.create());
      const port = `port${number}`;
      const peer = ['peer', 'name', 'eth0', 'netns', String(host.pid)];
      middle.do('ip', 'link', 'add', port, 'type', 'veth', ...peer);
      middle.do('ip', 'link', 'set', port, 'addrgenmode', 'none', 'master', 'switch', 'up');
      host.do('ip', 'link', 'set', 'eth0', 'addrgenmode', 'none');
      host.do('ip', 'address', 'add', `10.77.0.${number}/24`, 'brd', '+', 'dev', 'eth0');
      host.do('ip', 'link', 'set', 'eth0', 'up');
      host.do('ip', 'route', 'add', 'default', 'dev', 'eth0');
      hosts.push(host);
    }
    return new PrivateNetwork(hosts, stack.move());
  }

  /** @throws when there are not so many */
  host(number: number): PrivateHost {
    const host = this.hosts[number - 1];
    if (host === undefined) throw new Error(`there is no host ${number}`);
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
