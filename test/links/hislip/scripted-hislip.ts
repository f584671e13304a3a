import { HislipLink } from '../../../src/links/index.ts';
import type { HislipLinkOptions } from '../../../src/links/index.ts';
import { BytePeer, digits } from '../byte-peer.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';

const forever = new AbortController().signal;

export interface ScriptedOptions extends Partial<HislipLinkOptions> {
  /** Of the acknowledgement of the device clear with which overlap mode begins. @default '00' */
  readonly agreed?: string;
  /** Control code of InitializeResponse. @default '00', synchronized mode */
  readonly features?: string;
  /** What the server takes, in digits. @default 1 MiB */
  readonly messageBytesMost?: string;
}

/** The next of the link's connections, as the server has it. */
export async function nextClient(server: LoopbackServer, at: number): Promise<BytePeer> {
  for (;;) {
    const client = server.clients[at];
    if (client !== undefined) return new BytePeer(client);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** An open link, and the server's ends of its two connections, which say what a test writes by hand. */
export class ScriptedHislip implements AsyncDisposable {
  readonly link: HislipLink;
  readonly server: LoopbackServer;
  readonly synchronous: BytePeer;
  readonly asynchronous: BytePeer;

  private constructor(link: HislipLink, server: LoopbackServer, peers: readonly BytePeer[]) {
    this.link = link;
    this.server = server;
    const [synchronous, asynchronous] = peers;
    if (synchronous === undefined || asynchronous === undefined) throw new Error('two are needed');
    this.synchronous = synchronous;
    this.asynchronous = asynchronous;
  }

  /** Opens it as IVI-6.1, tables 5 to 8, 28 and 29 have it. */
  static async open(options: ScriptedOptions = {}): Promise<ScriptedHislip> {
    const {
      features = '00',
      agreed = '00',
      messageBytesMost = '00000000 00100000',
      ...others
    } = options;
    const server = await LoopbackServer.listen(() => {});
    const link = new HislipLink({ ...server.options, ...others });
    const opened = link.open(forever);
    opened.catch(() => {});
    const synchronous = await nextClient(server, 0);
    check(await synchronous.hear(23), '4853 00 00 0100 5858 00000000 00000007 6869736c697030');
    synchronous.say(`4853 01 ${features} 0100 0007 00000000 00000000`);
    const asynchronous = await nextClient(server, 1);
    check(await asynchronous.hear(16), '4853 11 00 0000 0007 00000000 00000000');
    asynchronous.say('4853 12 00 0000 5858 00000000 00000000');
    check(await asynchronous.hear(24), '4853 0f 00 00000000 00000000 00000008 00000000 00100000');
    asynchronous.say(`4853 10 00 00000000 00000000 00000008 ${messageBytesMost}`);
    if (features === '01') {
      // One that prefers overlap mode is asked for the other by a device clear.
      check(await asynchronous.hear(16), '4853 13 00 00000000 00000000 00000000');
      asynchronous.say(`4853 17 ${features} 00000000 00000000 00000000`);
      check(await synchronous.hear(16), '4853 08 00 00000000 00000000 00000000');
      synchronous.say(`4853 09 ${agreed} 00000000 00000000 00000000`);
    }
    await opened;
    return new ScriptedHislip(link, server, [synchronous, asynchronous]);
  }

  /** Writes a text as a whole message. */
  async write(text: string): Promise<void> {
    await this.link.write(Buffer.from(text), { end: true, signal: forever });
  }

  /** A whole message, as text, and how many pieces it came in. */
  async read(): Promise<{ readonly text: string; readonly pieces: number }> {
    let text = '';
    for (let pieces = 1; ; pieces += 1) {
      const { data, end } = await this.link.read(forever);
      text += Buffer.from(data).toString('latin1');
      if (end) return { text, pieces };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link.close();
    await this.server[Symbol.asyncDispose]();
  }
}

function check(heard: string, expected: string): void {
  if (heard !== digits(expected)) throw new Error(`${heard} in the place of ${digits(expected)}`);
}
