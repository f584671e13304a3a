import { describe, expect, it } from 'vitest';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { serveAdapter } from '../links/prologix/adapter-simulator.ts';
import { GpibInstrument, whole } from '../links/prologix/gpib-instrument.ts';
import { count } from '../support/count.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';
import { GatewayBench } from './gateway-bench.ts';

const names = ['meter', 'source', 'relay'] as const;

/** The three at one adapter; two differ in their secondary address alone. */
function laboratory(tcpPort: number): string {
  const places = ['GPIB0::9::INSTR', 'GPIB0::9::7::INSTR', 'GPIB0::22::INSTR'];
  const ports = names.map(
    (name, at) => `
      [ports.${name}]
      visa = "${places[at]}"
      prologix = "127.0.0.1:${tcpPort}"
      protocol = "lines"
      timeoutMs = ${name === 'relay' ? 800 : 20_000}
      [instruments.${name}]
      port = "${name}"
      driver = "scpi"
    `,
  );
  return `[hislip]\nport = 0\n${ports.join('')}`;
}

function instruments(random: () => number): ReadonlyMap<string, GpibInstrument> {
  const says = (name: string): GpibInstrument =>
    new GpibInstrument((message) =>
      whole(`${name}: ${message}\n`).map((said) => ({
        ...said,
        afterMs: Math.floor(random() * 2),
      })),
    );
  return new Map([
    ['9', says('meter')],
    ['9 103', says('source')],
    // It never says a word.
    ['22', new GpibInstrument()],
  ]);
}

const programAt = async (gateway: GatewayBench, name: string): Promise<HislipProgram> =>
  await HislipProgram.connect(tcpPortIn(gateway.address(`${name}-hislip`)), name);

describe('a gateway with several instruments behind one Prologix adapter', () => {
  it('gives each answer to its asker, while two programs ask at once', async () => {
    const { server } = await serveAdapter(instruments(randomFrom(94)));
    await using _server = server;
    await using gateway = await GatewayBench.start(laboratory(server.options.port));
    const each = count(20_000);
    const asking = (['meter', 'source'] as const).map(async (name) => {
      using program = await programAt(gateway, name);
      for (let round = 0; round < each; round += 1) {
        const query = `${name} ${round}?`;
        const answer = (await program.ask(query)).trim();
        expect(answer, `seed ${seed}, round ${round}`).toBe(`${name}: ${query}`);
      }
    });
    await Promise.all(asking);
    expect(server.clients.length).toBe(1);
  }, 300_000);

  it('answers beside an instrument that is silent, which says so in its own time', async () => {
    const { server } = await serveAdapter(instruments(randomFrom(95)));
    await using _server = server;
    await using gateway = await GatewayBench.start(laboratory(server.options.port));
    const client = gateway.client();
    using program = await programAt(gateway, 'meter');
    const over = new AbortController();
    const silence = (async () => {
      for (let round = 0; round < 3; round += 1) {
        await expect(client.query('relay', '*IDN?')).rejects.toMatchObject({
          code: 'INSTRUMENT_TIMEOUT',
        });
      }
      over.abort();
    })();
    let asked = 0;
    while (!over.signal.aborted) {
      expect((await program.ask(`beside ${asked}?`)).trim()).toBe(`meter: beside ${asked}?`);
      asked += 1;
    }
    await silence;
    expect(asked).toBeGreaterThan(3);
    const ports = (await client.status()).ports.map(({ name, state }) => ({ name, state }));
    expect(ports).toContainEqual({ name: 'meter', state: 'open' });
    expect(server.clients.length).toBe(1);
  }, 120_000);

  it('goes on with all of them when the adapter was unplugged', async () => {
    const { server } = await serveAdapter(instruments(randomFrom(96)));
    await using _server = server;
    await using gateway = await GatewayBench.start(laboratory(server.options.port));
    const client = gateway.client();
    for (let round = 0; round < 3; round += 1) {
      const answers = ['meter', 'source'].map(
        async (name) => await client.query(name, `${round}?`, { waitMs: 20_000 }),
      );
      expect(await Promise.all(answers)).toEqual([`meter: ${round}?\n`, `source: ${round}?\n`]);
      server.clients.at(-1)?.destroy();
      await expect.poll(() => server.clients.length, { timeout: 20_000 }).toBe(round + 2);
    }
  }, 120_000);
});
