import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import type { ClientLease } from '../../src/client/index.ts';
import { hislipLockAnswers, vxi11Core, vxi11Errors } from '../../src/protocols/index.ts';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { Rfc2217Program } from '../doors/rfc2217/rfc2217-program.ts';
import { LineClient } from '../doors/socket/line-client.ts';
import { Terminal } from '../doors/virtual-port/terminal.ts';
import { Vxi11Program } from '../doors/vxi11/vxi11-program.ts';
import { EchoLine } from '../support/echo-line.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';

/** A loopback address of its own, for its portmapper. */
const host = `127.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}.7`;

const laboratory = (path: string): string => `
[hislip]
port = 0
[vxi11]
host = "${host}"

[ports.meter]
serial = "${path}"
protocol = "lines"
rfc2217 = 0
virtualPorts = ["desk"]

[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
`;

/** Longer than any wait of this test: what ends, ends by a release. */
const longMs = 9_000;
const shared = { kind: 'shared', key: 'bench', waitMs: 0 } as const;
const exclusive = { kind: 'exclusive', waitMs: 0 } as const;

const doors = ['http', 'hislip', 'vxi11', 'socket', 'rfc2217', 'virtual-port'] as const;
type DoorKind = (typeof doors)[number];

/** One program at each door of one instrument. */
class Programs implements AsyncDisposable {
  readonly line: EchoLine;
  readonly client: SignalboxClient;
  readonly hislip: HislipProgram;
  readonly vxi11: Vxi11Program;
  readonly #stack: AsyncDisposableStack;
  readonly #asks: Readonly<Record<DoorKind, (query: string) => Promise<string>>>;
  /** While a program has one, it goes on under it. */
  lease: ClientLease | undefined;

  private constructor(
    line: EchoLine,
    gateway: GatewayProcess,
    [hislip, vxi11, socket, rfc2217, terminal]: readonly [
      HislipProgram,
      Vxi11Program,
      LineClient,
      Rfc2217Program,
      Terminal,
    ],
    stack: AsyncDisposableStack,
  ) {
    this.line = line;
    this.client = new SignalboxClient({ url: gateway.url });
    this.hislip = hislip;
    this.vxi11 = vxi11;
    this.#stack = stack;
    this.#asks = {
      http: async (query) =>
        await this.client.query('meter', query, {
          waitMs: longMs,
          ...(this.lease === undefined ? {} : { lease: this.lease }),
        }),
      hislip: async (query) => (await hislip.ask(query)).trimEnd(),
      vxi11: async (query) => {
        const flags = { waitLock: true };
        expect(await vxi11.write(query, { flags, lockTimeoutMs: longMs })).toMatchObject({
          error: 0,
        });
        return (await vxi11.read()).text.trimEnd();
      },
      socket: async (query) => await socket.ask(query),
      rfc2217: async (query) => (await rfc2217.query(`${query}\n`)).trimEnd(),
      'virtual-port': async (query) => {
        terminal.write(Buffer.from(`${query}\n`));
        let text = '';
        await expect
          .poll(() => (text += Buffer.from(terminal.read()).toString('latin1')))
          .toMatch(/\n$/);
        return text.trimEnd();
      },
    };
  }

  static async open(): Promise<Programs> {
    await using stack = new AsyncDisposableStack();
    const line = stack.use(await EchoLine.open());
    const gateway = stack.use(await GatewayProcess.start(laboratory(line.path)));
    const portOf = (name: string): number => tcpPortIn(gateway.address(name));
    const hislip = stack.use(await HislipProgram.connect(portOf('meter-hislip')));
    const vxi11 = stack.use(await Vxi11Program.find(gateway.address('meter-vxi11')));
    const socket = stack.use(await LineClient.connect(portOf('meter-socket')));
    const rfc2217 = stack.use(await Rfc2217Program.connect(portOf('meter-rfc2217')));
    const terminal = stack.use(new Terminal(gateway.address('desk')));
    return new Programs(line, gateway, [hislip, vxi11, socket, rfc2217, terminal], stack.move());
  }

  async ask(door: DoorKind, query: string): Promise<string> {
    return await this.#asks[door](query);
  }

  /** Takes the lock through a door. @returns what releases it */
  async hold(door: 'http' | 'hislip' | 'vxi11'): Promise<() => Promise<void>> {
    switch (door) {
      case 'http': {
        const lease = await this.client.lease({ instrument: 'meter', waitMs: 0 });
        this.lease = lease;
        return async () => {
          this.lease = undefined;
          await lease.release();
        };
      }
      case 'hislip':
        expect(await this.hislip.lock(exclusive)).toBe(hislipLockAnswers.granted);
        return async () => {
          const messageId = this.hislip.lastId;
          const code = await this.hislip.lock({ kind: 'release', messageId });
          expect(code).toBe(hislipLockAnswers.releasedExclusive);
        };
      case 'vxi11':
        expect(await this.vxi11.lock()).toBe(0);
        return async () => {
          const { core, linkId } = this.vxi11;
          expect((await core.call(vxi11Core, 'unlock', linkId)).error).toBe(0);
        };
    }
  }

  /** How many wait at the port. */
  async waiting(): Promise<number> {
    return (await this.client.port('meter')).queue.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

let programs: Programs;
beforeAll(async () => void (programs = await Programs.open()));
afterAll(async () => await programs[Symbol.asyncDispose]());
beforeEach(() => void (programs.line.heard.length = 0));

describe('a lock that is taken through one door', { timeout: 60_000 }, () => {
  it.each(['http', 'hislip', 'vxi11'] as const)(
    'by %s, has all other doors wait, and each of them is told in its own terms',
    async (holder) => {
      const { client, hislip, vxi11, line } = programs;
      const release = await programs.hold(holder);
      const owner = (await client.leases())[0]?.owner;
      expect(owner?.door).toBe(holder);

      // Who will not wait is told at once.
      if (holder !== 'http') {
        const refused = client.query('meter', 'NO?', { waitMs: 0 });
        await expect(refused).rejects.toMatchObject({
          code: 'WAIT_TIMEOUT',
          message: expect.stringContaining(owner?.program ?? '') as string,
        });
        const lease = client.lease({ instrument: 'meter', waitMs: 0 });
        await expect(lease).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
      }
      if (holder !== 'hislip') {
        expect(await hislip.lock(exclusive)).toBe(hislipLockAnswers.failure);
        expect(await hislip.lock(shared)).toBe(hislipLockAnswers.failure);
      }
      hislip.asynchronous.say({ type: 'AsyncLockInfo' });
      const info = await hislip.asynchronous.message('AsyncLockInfoResponse');
      expect(info).toMatchObject({ isExclusive: true, holders: 1 });
      if (holder !== 'vxi11') {
        const { lockedByAnotherLink: error } = vxi11Errors;
        expect(await vxi11.write('NO?')).toMatchObject({ error });
        expect(await vxi11.read()).toMatchObject({ error });
        expect(await vxi11.lock()).toBe(error);
        expect(await vxi11.simply('clear')).toBe(error);
      }

      // Who waits is answered when it is free, with its own answer, and nobody before.
      const others = doors.filter((door) => door !== holder);
      const answers = others.map(async (door) => await programs.ask(door, `${door} ASKS?`));
      await expect.poll(async () => await programs.waiting()).toBe(others.length);
      expect(await programs.ask(holder, 'HOLDER?')).toBe('re HOLDER?');
      expect(line.heard).toEqual(['HOLDER?']);
      await release();
      expect(await Promise.all(answers)).toEqual(others.map((door) => `re ${door} ASKS?`));
      expect(await client.leases()).toEqual([]);
    },
  );

  it('by one key, is shared by HTTP and HiSLIP, and one of them may have it alone within it', async () => {
    const { client, hislip, vxi11, line } = programs;
    const lease = await client.lease({ instrument: 'meter', mode: { shared: 'bench' }, waitMs: 0 });
    programs.lease = lease;
    expect(await hislip.lock({ ...shared, key: 'another' })).toBe(hislipLockAnswers.failure);
    expect(await hislip.lock(shared)).toBe(hislipLockAnswers.granted);
    expect(await vxi11.lock()).toBe(vxi11Errors.lockedByAnotherLink);
    expect(await programs.ask('http', 'HTTP?')).toBe('re HTTP?');
    expect(await programs.ask('hislip', 'HISLIP?')).toBe('re HISLIP?');
    const outside = programs.ask('socket', 'SOCKET?');

    expect(await hislip.lock(exclusive)).toBe(hislipLockAnswers.granted);
    const suspended = programs.ask('http', 'SUSPENDED?');
    await expect.poll(async () => await programs.waiting()).toBe(2);
    expect(await programs.ask('hislip', 'ALONE?')).toBe('re ALONE?');
    expect(line.heard).toEqual(['HTTP?', 'HISLIP?', 'ALONE?']);

    // The inner lock first, then the outer one: it is as it was.
    const release = async (): Promise<number> =>
      await hislip.lock({ kind: 'release', messageId: hislip.lastId });
    expect(await release()).toBe(hislipLockAnswers.releasedExclusive);
    expect(await suspended).toBe('re SUSPENDED?');
    expect(await release()).toBe(hislipLockAnswers.releasedShared);
    expect(line.heard).toEqual(['HTTP?', 'HISLIP?', 'ALONE?', 'SUSPENDED?']);
    programs.lease = undefined;
    await lease.release();
    expect(await outside).toBe('re SOCKET?');
  });
});
