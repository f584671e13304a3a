import { expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { RunningProgram } from '../links/running-program.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';

/** A loopback address of its own: PyVISA asks its port 111 where the instrument is. */
const host = `127.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}.6`;
const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

it('a PyVISA program that is killed with the lock is gone from the status, and the next one has it', async () => {
  await using gateway = await GatewayProcess.start(`
[hislip]
port = 0
[vxi11]
host = "${host}"
[simulators.meter]
kind = "multimeter"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
`);
  const program = new URL('../doors/deaths/programs/die_in.py', import.meta.url);
  const holder = await RunningProgram.start(program, [gateway.address('meter-vxi11'), 'lock']);
  const client = new SignalboxClient({ url: gateway.url });
  expect(await client.leases()).toMatchObject([{ owner: { door: 'vxi11' } }]);
  using next = await HislipProgram.connect(tcpPortIn(gateway.address('meter-hislip')));
  const granted = next.lock({ kind: 'exclusive', waitMs: 600_000 });
  await expect.poll(async () => (await client.port('meter')).queue.length).toBeGreaterThan(0);
  process.kill(holder.pid, 'SIGKILL');
  expect(await granted).toBe(1);
  expect(await client.leases()).toMatchObject([{ owner: { door: 'hislip' } }]);
  next[Symbol.dispose]();
  const shown = async (): Promise<unknown> => {
    const words = ['status', '--json', '--url', gateway.url];
    const { output } = await run(process.execPath, [main, ...words]);
    const { doors } = JSON.parse(output) as {
      doors: { readonly kind: string; readonly clients: readonly unknown[] }[];
    };
    return doors.filter(({ kind }) => kind !== 'http').map(({ clients }) => clients.length);
  };
  await expect.poll(shown).toEqual([0, 0]);
  expect(await client.leases()).toEqual([]);
});
