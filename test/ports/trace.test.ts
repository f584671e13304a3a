import { expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { buildPort } from '../../src/gateway/build-port.ts';
import { MemoryTokenSource, WaitGraph } from '../../src/locks/index.ts';
import { Trace } from '../../src/ports/trace.ts';
import type { TraceEntry } from '../../src/ports/trace.ts';
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

it('keeps bytes and owners once that are those of the entry before, and others apart', () => {
  const trace = new Trace();
  const entry = (text: string, who = by): TraceEntry =>
    trace.add({
      atMs: 0,
      label: text,
      owners: [who],
      waitMs: 0,
      serviceMs: 0,
      attempts: 1,
      request: Buffer.from(text),
      reply: new Uint8Array(),
      outcome: 'ok',
    });
  const first = entry('read');
  const second = entry('read');
  expect(second.request).toBe(first.request);
  expect(second.reply).toBe(first.reply);
  expect(second.owners).toBe(first.owners);
  const other = owner('other');
  const third = entry('reap', other);
  expect(Buffer.from(third.request).toString()).toBe('reap');
  expect(third.owners).toEqual([other]);
  expect(Buffer.from(entry('read').request).toString()).toBe('read');
});
