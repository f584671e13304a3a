import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../../support/gateway-process.ts';
import { PrivateHost, PrivateNetwork } from '../../support/private-network.ts';

const identity = 'SIGNALBOX,SIM34401,SIM001,1.0';

function laboratory(vxi11: string): string {
  return `
[vxi11]
${vxi11}
[simulators.meter]
kind = "multimeter"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
`;
}

const remote = (host: string) => `host = "${host}"\nallowRemoteWithoutToken = true\n`;

let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(async () => await stack.disposeAsync());

async function startGateway(host: PrivateHost, vxi11: string): Promise<GatewayProcess> {
  const { prefix } = host;
  return stack.use(await GatewayProcess.start(laboratory(vxi11), { prefix }));
}

describe('a search for VXI-11 instruments by broadcast', () => {
  it.each(['0.0.0.0', '10.77.0.1'])('finds a gateway at %s', async (address) => {
    const network = stack.use(await PrivateNetwork.create(2));
    await startGateway(network.host(1), remote(address));
    const { output } = await network.host(2).run('lxi', 'discover', '--timeout', '2');
    expect(output).toContain(`Found "${identity}" on address 10.77.0.1`);
  });

  it('reaches a gateway by either kind of broadcast, from its own network alone', async () => {
    const network = stack.use(await PrivateNetwork.create(2));
    const [gateway, asker] = [network.host(1), network.host(2)];
    gateway.do('ip', 'address', 'add', '10.88.0.1/24', 'brd', '+', 'dev', 'eth0');
    asker.do('ip', 'address', 'add', '10.88.0.2/24', 'brd', '+', 'dev', 'eth0');
    await startGateway(gateway, remote('10.77.0.1'));
    const program = join(import.meta.dirname, '../programs/ask_all.py');
    const answers = async (source: string, target: string) =>
      (await asker.run('/usr/bin/python3', program, source, target)).output;
    expect(await answers('10.77.0.2', '10.77.0.255')).toBe('10.77.0.1 serves\n');
    expect(await answers('10.77.0.2', '255.255.255.255')).toBe('10.77.0.1 serves\n');
    expect(await answers('10.88.0.2', '10.88.0.255')).toBe('');
    expect(await answers('10.88.0.2', '255.255.255.255')).toBe('');
  });

  it('finds no gateway that is open to its own machine alone', async () => {
    const network = stack.use(await PrivateNetwork.create(2));
    await startGateway(network.host(1), '');
    const { output } = await network.host(2).run('lxi', 'discover', '--timeout', '1');
    expect(output).toMatch(/No devices found/);
  });
});

describe('a gateway beside a portmapper that runs already', () => {
  async function machine(...options: readonly string[]): Promise<PrivateHost> {
    const host = stack.use(await PrivateHost.create());
    host.do('mkdir', '-p', '/run/rpcbind');
    const rpcbind = host.start('rpcbind', '-f', ...options);
    stack.defer(async () => {
      rpcbind.kill('SIGKILL');
      await once(rpcbind, 'exit');
    });
    await expect.poll(() => spawnRpcinfo(host)).toMatch(/portmapper/);
    return host;
  }

  function spawnRpcinfo(host: PrivateHost): string {
    const [command, ...args] = host.prefix;
    return spawnSync(command, [...args, 'rpcinfo', '-p', '127.0.0.1'], { encoding: 'utf8' }).stdout;
  }

  const ask = async (host: PrivateHost) =>
    (await host.run('lxi', 'scpi', '--address', '127.0.0.1', '*IDN?')).output.trim();

  it('is told of by it while it runs, and no longer', async () => {
    const host = await machine();
    const gateway = await startGateway(host, '');
    expect(spawnRpcinfo(host)).toMatch(/^ +395183 +1 +tcp +\d+/m);
    expect(await ask(host)).toBe(identity);
    await gateway.stop();
    expect(spawnRpcinfo(host)).not.toMatch(/395183/);
  });

  it('takes the place of one that was killed', async () => {
    const host = await machine();
    const killed = await startGateway(host, '');
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended();
    expect(spawnRpcinfo(host)).toMatch(/395183/);
    await startGateway(host, '');
    expect(await ask(host)).toBe(identity);
  });

  it('leaves another VXI-11 server its registration, and says who has it', async () => {
    const host = await machine();
    await startGateway(host, '');
    const before = spawnRpcinfo(host);
    await expect(startGateway(host, '')).rejects.toThrow(
      /another VXI-11 server of this machine has it, on port \d+.*sudo rpcinfo -d 395183 1/s,
    );
    expect(spawnRpcinfo(host)).toBe(before);
    expect(await ask(host)).toBe(identity);
  });

  it('says what to do where the port is taken by what is no portmapper', async () => {
    const host = stack.use(await PrivateHost.create());
    const listener = host.start(
      process.execPath,
      '-e',
      'require("net").createServer((socket) => socket.end("no RPC")).listen(111, () => console.log("open"))',
    );
    stack.defer(() => void listener.kill('SIGKILL'));
    if (listener.stdout !== null) await once(listener.stdout, 'data');
    await expect(startGateway(host, '')).rejects.toThrow(/port 111.*setcap.*portmapper = false/s);
  });
});
