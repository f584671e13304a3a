import { expect, test } from 'vitest';
import { laboratoryData, laboratoryOf, scanNetworks } from '../../../src/gateway/index.ts';
import type { NetworkScan, ScannedPlace } from '../../../src/gateway/index.ts';
import { addressRange } from '../../../src/gateway/discovery/address-range.ts';
import { findMiners } from '../../../src/gateway/discovery/find-miners.ts';
import { ManualClock, sleep } from '../../../src/kernel/index.ts';
import { settled } from '../../support/settled.ts';
import { parseConfig } from '../../../src/config/index.ts';
import { MinersBench } from '../../support/miners.ts';

type Options = Partial<NetworkScan> & Pick<NetworkScan, 'networks'>;

async function scan(bench: MinersBench, options: Options): Promise<ScannedPlace[]> {
  const portOf = (isRpc: boolean): number =>
    bench.simulator.miners.find(({ kind }) => (kind === 'avalon' || kind === 'cgminer') === isRpc)
      ?.port ?? 1;
  return await scanNetworks({
    owned: [],
    signal: new AbortController().signal,
    progress: () => {},
    httpPort: portOf(false),
    rpcPort: portOf(true),
    // Whoever is there answers, however busy the machine is.
    timeoutMs: 20_000,
    ...options,
  });
}

const everything = { bitaxe: 2, bitaxeOld: 1, avalon: 1, cgminer: 1, magic: 1, strangers: 2 };

test('every miner of a network is found with its kind, id and hardware address, and nothing else is', async () => {
  await using bench = await MinersBench.open({ ...everything, firstAddress: '127.40.0.1' });
  const told: number[] = [];
  const places = await scan(bench, {
    networks: ['127.40.0.0/27'],
    progress: (share) => told.push(share),
  });
  const found = places.map(({ found: [first], place }) => ({
    name: first?.name,
    family: first?.family,
    kind: place.kind,
    mac: first?.details?.['mac'],
  }));
  expect(found).toEqual([
    { name: 'bitaxe_127_40_0_1', family: 'bitaxe', kind: 'http', mac: '02:01:00:00:00:01' },
    { name: 'bitaxe_127_40_0_2', family: 'bitaxe', kind: 'http', mac: '02:01:00:00:00:02' },
    { name: 'bitaxe_127_40_0_3', family: 'bitaxe', kind: 'http', mac: '02:01:00:00:00:03' },
    { name: 'avalon_nano_127_40_0_4', family: 'cgminer', kind: 'tcp', mac: '02:01:00:00:00:04' },
    { name: 'cgminer_127_40_0_5', family: 'cgminer', kind: 'tcp', mac: undefined },
    {
      name: 'magic_miner_127_40_0_6',
      family: 'magic-miner',
      kind: 'http',
      mac: '02:01:00:00:00:06',
    },
  ]);
  // Pages are looked at last: of a Bitaxe nobody looks at any.
  expect(await bench.requests(1)).toEqual(['GET /api/system/info', 'GET /api/system/asic']);
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual(told.toSorted((one, other) => one - other));
});

test('what was found is a configuration that can be used as it is', async () => {
  await using bench = await MinersBench.open({ ...everything, firstAddress: '127.41.0.1' });
  const places = await scan(bench, { networks: ['127.41.0.0/28'] });
  const laboratory = await laboratoryOf(places, { names: [], config: undefined });
  const { ports, instruments } = laboratoryData(laboratory);
  expect(ports['bitaxe_127_41_0_1']).toEqual({
    http: `http://127.41.0.1:${bench.simulator.miners[0]?.port}`,
    protocol: 'http',
  });
  expect(instruments['avalon_nano_127_41_0_4']).toEqual({
    port: 'avalon_nano_127_41_0_4',
    driver: 'cgminer',
    mac: '02:01:00:00:00:04',
  });
  const toml = Object.entries({ ports, instruments }).flatMap(([part, tables]) =>
    Object.entries(tables).map(
      ([name, table]) =>
        `[${part}.${name}]\n${Object.entries(table)
          .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
          .join('\n')}\n`,
    ),
  );
  expect(Object.keys(parseConfig(toml.join('\n'), 'found').instruments)).toHaveLength(6);
});

test('a device that a port has is left alone', async () => {
  await using bench = await MinersBench.open({ bitaxe: 2, avalon: 1, firstAddress: '127.42.0.1' });
  const [, , avalon] = bench.simulator.miners;
  const owned = ['http://127.42.0.1', `tcp://127.42.0.3:${avalon?.port}`];
  const places = await scan(bench, { networks: ['127.42.0.0/29'], owned });
  expect(places.map(({ found: [first] }) => first?.name)).toEqual(['bitaxe_127_42_0_2']);
  expect(await bench.requests(1)).toEqual([]);
  expect(await bench.requests(3)).toEqual([]);
});

test('a stop ends it at once, however much is left', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1, firstAddress: '127.43.0.1' });
  const stop = new AbortController();
  let asked = 0;
  const searching = scan(bench, {
    networks: ['127.43.0.0/16'],
    signal: stop.signal,
    progress: () => {
      asked += 1;
      if (asked === 50) stop.abort(new Error('enough'));
    },
  });
  await expect(searching).rejects.toThrow('enough');
  expect(asked).toBeLessThan(1_000);
});

test('no more addresses are asked at once, and in a second, than is wanted', async () => {
  const clock = new ManualClock();
  const begunMs: number[] = [];
  let asked = 0;
  let most = 0;
  const searching = findMiners(
    addressRange('127.44.0.0/27'),
    async () => {
      begunMs.push(clock.monotonic());
      asked += 1;
      most = Math.max(most, asked);
      await sleep(clock, 400);
      asked -= 1;
      return undefined;
    },
    {
      signal: new AbortController().signal,
      progress: () => {},
      isKnown: () => false,
      concurrency: 3,
      perSecond: 20,
      clock,
    },
  );
  expect(await settled(clock, searching)).toEqual([]);
  expect(begunMs).toHaveLength(30);
  expect(most).toBe(3);
  for (const [index, atMs] of begunMs.entries()) expect(atMs).toBeGreaterThanOrEqual(index * 50);
});
