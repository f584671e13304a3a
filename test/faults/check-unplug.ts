import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BronkhorstDriver, Instrument, ProparWire } from '../../src/instruments/index.ts';
import { hasCode } from '../../src/kernel/index.ts';
import { serialLinkFactory } from '../../src/links/index.ts';
import type { Port } from '../../src/ports/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import type { SimulatorReport } from '../../src/simulators/index.ts';
import { owner } from '../support/line-transaction.ts';
import { seed } from '../support/seed.ts';

const nodes: readonly number[] = [3, 5];
/** The cable goes before an instrument has the request, in the middle of its reply, or between. */
const moments = ['request', 'reply', undefined] as const;

/**
 * Pulls the cable in the middle of a transaction and puts it back, so many times, while writers and
 * readers go on.
 * @returns what was not right about it
 */
export async function checkUnplug(
  PortClass: typeof Port,
  cycles: number,
  random: () => number,
): Promise<string | undefined> {
  await using simulator = await startSimulator({
    kind: 'propar',
    path: join(tmpdir(), `signalbox-unplug-${process.pid}-${Math.random().toString(36).slice(2)}`),
    nodes: nodes.map((address) => ({ address })),
    baudRate: 0,
    answerTimeMs: 0,
    seed,
  });
  await using port = new PortClass({
    name: 'bus',
    link: serialLinkFactory({ path: simulator.address }),
    resynchronization: { kind: 'none' },
  });
  port.open();
  const wire = new ProparWire();
  const instruments = nodes.map(
    (node) =>
      new Instrument({ name: `node-${node}`, port, driver: new BronkhorstDriver({ wire, node }) }),
  );
  const [writer, reader] = [owner('writer'), owner('reader')];
  let unknown = 0;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const backAfterMs = Math.floor(random() * 60);
    const moment = moments[Math.floor(random() * moments.length)];
    const fault = {
      kind: 'unplug',
      backAfterMs,
      ...(moment === undefined ? {} : { moment }),
    } as const;
    await simulator.addFault({ fault, times: 1 });
    // Each value is written once in the whole test, so a write that came twice shows.
    const asked = [
      ...instruments.map((each) => async () => await each.write('setpoint', cycle + 1, writer)),
      ...instruments.map((each) => async () => await each.read('setpoint', reader)),
    ];
    // Whoever is first is on the wire when the cable goes: writers and readers in turn.
    const first = asked.splice(Math.floor(random() * asked.length), 1).map((ask) => ask());
    await new Promise((resolve) => setImmediate(resolve));
    const results = await Promise.allSettled([...first, ...asked.map((ask) => ask())]);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      if (!hasCode(result.reason, 'OUTCOME_UNKNOWN')) return String(result.reason);
      unknown += 1;
    }
  }
  const { writes } = await simulator.report();
  const seen = setpointsOf(writes);
  const twice = seen.find((each, index) => seen.indexOf(each) !== index);
  if (twice !== undefined) return `${twice} was written twice`;
  if (seen.length + unknown < cycles * nodes.length) return 'a write got lost without a word';
  return port.statistics().reconnects < cycles ? 'the cable was not pulled each time' : undefined;
}

function setpointsOf(writes: SimulatorReport['writes']): string[] {
  return writes
    .filter(({ parameter }) => parameter === 1)
    .map(({ node, value }) => `${node}/${String(value)}`);
}
