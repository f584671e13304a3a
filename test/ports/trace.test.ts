import { expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { buildPort } from '../../src/gateway/build-port.ts';
import { MemoryTokenSource, WaitGraph } from '../../src/locks/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { echo, openPort } from './open-port.ts';

const by = owner('test');

it('a port remembers the newest exchanges, as many as it is told to', async () => {
  const { port } = await openPort(echo, { tracedMost: 3 });
  for (const text of ['a', 'b', 'c', 'd', 'e']) await port.transact(ask(text), by);
  expect(port.trace().map(({ label }) => label)).toEqual(['c', 'd', 'e']);
  // Their numbers go on, so that who follows sees what it missed.
  expect(port.trace().map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
  await port.close();
});

it.each([
  [1, 60],
  [400, 50],
  [100_000, 20],
])('of %i ports in a gateway each remembers so many that all have room', async (ports, kept) => {
  await using meter = await startSimulator({ kind: 'multimeter', seed: 1, tcpPort: 0 });
  const { ports: configs } = parseConfig(
    `[ports.meter]\ntcp = "${meter.address.replace('tcp://', '')}"\nprotocol = "lines"`,
    'lab.toml',
  );
  const config = configs['meter'];
  if (config === undefined) throw new TypeError('no port');
  const { port } = buildPort('meter', config, {
    tokens: new MemoryTokenSource(),
    graph: new WaitGraph(),
    simulatorAddress: () => '',
    portsInAll: ports,
  });
  port.open();
  for (let count = 0; count < 60; count += 1) await port.transact(ask('*OPC?'), by);
  expect(port.trace()).toHaveLength(kept);
  await port.close();
});
