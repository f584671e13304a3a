import { expect, it } from 'vitest';

import { runPython, startPython } from '../python.ts';
import { VirtualBus } from './virtual-bus.ts';

interface Scan {
  readonly found: readonly unknown[];
  readonly took: number;
}

async function scan(path: string): Promise<readonly unknown[]> {
  return (JSON.parse(await runPython('propar_scan.py', path)) as Scan).found;
}

const flowController = (address: number): unknown => ({
  address,
  id: `7SIM00${address}`,
  type: 'DMFC',
  channels: 1,
});

it('a program looks for instruments through a virtual port as on the bare wire', async () => {
  // The host of the bus is 9; from it the ring goes on to 4 and 6, where it ends.
  await using bus = await VirtualBus.open(['bus-1'], { nodes: [9, 4, 6] });
  // It gives each address 50 ms, which a busy machine may not keep once.
  await expect
    .poll(async () => await scan(bus.path('bus-1')), { timeout: 25_000 })
    .toEqual([4, 6].map(flowController));
  expect(bus.failures.map(({ label }) => label).slice(0, 3)).toEqual(
    [1, 2, 3].map((node) => `read node ${node} 0/1`),
  );
  await bus.port.close();
  await expect
    .poll(async () => await scan(bus.simulator.address), { timeout: 25_000 })
    .toEqual([4, 6].map(flowController));
}, 60_000);

it('a program looks for instruments while another one uses them, and neither harms the other', async () => {
  await using bus = await VirtualBus.open(['bus-1', 'bus-2'], { nodes: [4, 6, 9] });
  const poller = startPython('propar_poller.py', bus.path('bus-2'), '6', '8');
  let printed = '';
  poller.stdout?.on('data', (data: Buffer) => (printed += data.toString()));
  await expect
    .poll(async () => await scan(bus.path('bus-1')), { timeout: 25_000 })
    .toEqual([4, 6, 9].map(flowController));
  await expect.poll(() => printed, { timeout: 25_000 }).toContain('"wrong": 0, "silent": 0');
}, 60_000);
