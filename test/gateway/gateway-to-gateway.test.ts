import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { MessageDeviceBench } from '../doors/message-device-bench.ts';
import { LineClient } from '../doors/socket/line-client.ts';
import { unusedPort } from '../links/tcp/loopback-server.ts';
import { count } from '../support/count.ts';
import { EchoLine } from '../support/echo-line.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';
import { GatewayBench } from './gateway-bench.ts';

/** A loopback address of its own: the portmapper's port is the same for all. */
const host = `127.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}.4`;

/** The gateway that has the instrument. @param hislipPort 0 takes a free one */
async function nearGateway(
  path: string,
  { hislipPort = 0, rfc2217Port = 0 } = {},
): Promise<GatewayBench> {
  return await GatewayBench.start(`
    [hislip]
    port = ${hislipPort}
    [vxi11]
    host = "${host}"
    [ports.meter]
    serial = "${path}"
    protocol = "lines"
    rfc2217 = ${rfc2217Port}
    [instruments.meter]
    port = "meter"
    driver = "scpi"
    socket = 0
  `);
}

/** The gateway that reaches the instrument through another one. @param way the key of its port that says how */
async function farGateway(way: string): Promise<GatewayBench> {
  return await GatewayBench.start(`
    [hislip]
    port = 0
    [ports.meter]
    ${way}
    protocol = "lines"
    timeoutMs = 2000
    [instruments.meter]
    port = "meter"
    driver = "scpi"
    socket = 0
  `);
}

/** How the one finds the instrument at the doors of the other. */
const ways: readonly (readonly [string, (near: GatewayBench) => string])[] = [
  ['HiSLIP', (near) => `visa = "${near.address('meter-hislip')}"`],
  ['VXI-11', (near) => `visa = "${near.address('meter-vxi11')}"`],
  ['RFC 2217', (near) => `serial = "${near.address('meter-rfc2217')}"`],
];

const hislipTo = async (gateway: GatewayBench): Promise<HislipProgram> =>
  await HislipProgram.connect(tcpPortIn(gateway.address('meter-hislip')));
const socketTo = async (gateway: GatewayBench): Promise<LineClient> =>
  await LineClient.connect(tcpPortIn(gateway.address('meter-socket')));

describe.each(ways)('a gateway that has its instrument from another one over %s', (_, wayTo) => {
  it('gives the programs at both their own answers', async () => {
    await using line = await EchoLine.open();
    await using near = await nearGateway(line.path);
    await using far = await farGateway(wayTo(near));
    using first = await hislipTo(far);
    using second = await socketTo(far);
    using third = await socketTo(near);
    const each = count(1_000);
    const asking = [first, second, third].map(async (program, n) => {
      for (let round = 0; round < each; round += 1) {
        const query = `Q${n}-${round}?`;
        expect((await program.ask(query)).trimEnd()).toBe(`re ${query}`);
      }
    });
    await Promise.all(asking);
    expect(new Set(line.heard).size).toBe(3 * each);
  });

  it('waits for who has the lock at the other one, and binds its own programs with its own', async () => {
    await using line = await EchoLine.open();
    await using near = await nearGateway(line.path);
    await using far = await farGateway(wayTo(near));
    using owner = await hislipTo(near);
    using second = await hislipTo(far);
    expect(await second.ask('FIRST?')).toBe('re FIRST?\n');

    await owner.lock({ kind: 'exclusive', waitMs: 0 });
    const waiting = second.ask('SECOND?');
    expect(await owner.ask('OWN?')).toBe('re OWN?\n');
    await owner.lock({ kind: 'release', messageId: owner.lastId });
    expect(await waiting).toBe('re SECOND?\n');

    await second.lock({ kind: 'exclusive', waitMs: 0 });
    const kept = far.client().query('meter', 'KEPT OUT?', { waitMs: 100 });
    await expect(kept).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    // A lock binds the doors of the gateway at which it was taken.
    expect(await near.client().query('meter', 'NOT KEPT OUT?')).toBe('re NOT KEPT OUT?');
    expect(line.heard).toEqual(['FIRST?', 'OWN?', 'SECOND?', 'NOT KEPT OUT?']);
  });

  it('goes on when the cable of the instrument was out, and never answers with what is old', async () => {
    await using stack = new AsyncDisposableStack();
    await using near = await nearGateway('FOLDER/wire');
    const wire = join(near.folder, 'wire');
    const line = await EchoLine.open(wire);
    await using far = await farGateway(wayTo(near));
    const client = far.client();
    await expect.poll(async () => await client.query('meter', 'A?').catch(String)).toBe('re A?');
    await line[Symbol.asyncDispose]();
    await expect(client.query('meter', 'B?', { waitMs: 3_000 })).rejects.toMatchObject({
      code: expect.stringMatching(/TIMEOUT|LINK|PORT|OUTCOME|DEVICE/),
    });
    stack.use(await EchoLine.open(wire));
    const said: string[] = [];
    for (let round = 0; said.at(-1) !== `re C${round - 1}?`; round += 1) {
      said.push(await client.query('meter', `C${round}?`, { waitMs: 3_000 }).catch(String));
      if (said.at(-1)?.startsWith('re ') === true) expect(said.at(-1)).toBe(`re C${round}?`);
      expect(round).toBeLessThan(100);
    }
  });
});

it.each(['visa', 'serial'] as const)(
  'a gateway finds the other one again that was stopped and started, by %s',
  async (key) => {
    await using line = await EchoLine.open();
    const ports = { hislipPort: await unusedPort(), rfc2217Port: await unusedPort() };
    const near = await nearGateway(line.path, ports);
    const way =
      key === 'visa'
        ? `visa = "${near.address('meter-hislip')}"`
        : `serial = "${near.address('meter-rfc2217')}"`;
    await using far = await farGateway(way);
    expect(await far.client().query('meter', 'A?')).toBe('re A?');
    await near[Symbol.asyncDispose]();
    const [port] = await far.client().ports();
    expect(port?.state).not.toBe('open');
    await using _again = await nearGateway(line.path, ports);
    await expect
      .poll(async () => await far.client().query('meter', 'B?', { waitMs: 3_000 }).catch(String))
      .toBe('re B?');
  },
);

describe.each(['HiSLIP', 'VXI-11'])(
  'an instrument that knows more than messages, at a gateway over %s',
  (protocol) => {
    async function open(bench: MessageDeviceBench): Promise<GatewayBench> {
      const address = protocol === 'HiSLIP' ? bench.hislipAddress : bench.vxi11Address;
      return await farGateway(`visa = "${address}"`);
    }

    it('is cleared, triggered and polled by a program at the second gateway', async () => {
      await using bench = await MessageDeviceBench.open(host);
      await using far = await open(bench);
      using program = await hislipTo(far);
      expect(await program.ask('A?')).toBe('re A?');
      program.write('LATE?');
      await program.clear();
      expect(await program.ask('B?')).toBe('re B?');
      program.trigger();
      bench.instrument.statusByte = 0x24;
      expect((await program.statusByte()) & ~0x10).toBe(0x24);
      expect(bench.journal).toContain('clear');
      expect(bench.journal).toContain('trigger');
      expect(await program.ask('C?')).toBe('re C?');
    });

    it('tells a program at the second gateway that it asks for service', async () => {
      await using bench = await MessageDeviceBench.open(host);
      await using far = await open(bench);
      using program = await hislipTo(far);
      expect(await program.ask('A?')).toBe('re A?');
      bench.instrument.requestService(0x04);
      const { status } = await program.asynchronous.message('AsyncServiceRequest');
      expect(status & ~0x10).toBe(0x44);
      // Each gateway polls once, whoever takes its request back.
      expect(bench.journal.filter((each) => each === 'poll').length).toBeLessThanOrEqual(2);
      expect(await program.ask('B?')).toBe('re B?');
    });
  },
);
