import type { InstrumentReport } from '../../../../src/client/index.ts';
import type { LatestReport, ValuesRecord } from '../../values/values-record.ts';

/** Families of instruments that mine. */
const families: ReadonlySet<string> = new Set(['bitaxe', 'cgminer', 'avalon', 'magic-miner']);

export function isMiner({ family }: Pick<InstrumentReport, 'family'>): boolean {
  return families.has(family);
}

/** A miner at a glance. A value that is not good is none. */
export interface MinerFacts {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly model: string;
  readonly pool: string;
  /** Whether it is offline, well, or something is wrong with it. */
  readonly state: 'online' | 'offline' | 'trouble' | 'unknown';
  readonly why: string;
  /** In GH/s. */
  readonly hashRate: number | undefined;
  readonly expectedHashRate: number | undefined;
  /** In W. */
  readonly power: number | undefined;
  /** In J/TH. */
  readonly efficiency: number | undefined;
  /** In °C. */
  readonly temperature: number | undefined;
  /** In per cent. */
  readonly fanSpeed: number | undefined;
  readonly bestDifficulty: number | undefined;
  readonly accepted: number | undefined;
  readonly rejected: number | undefined;
  readonly blocksFound: number | undefined;
  /** In s. */
  readonly uptime: number | undefined;
}

/** From which temperature on chips slow down or stop, in °C: those of an Avalon are made for more. */
const hotFrom: Readonly<Record<string, number>> = { bitaxe: 70, cgminer: 95, 'magic-miner': 85 };
const hotFromDefault = 70;

/** Whether a miner is hotter than is good for it. */
export function isHot({
  family,
  temperature,
}: Pick<MinerFacts, 'family' | 'temperature'>): boolean {
  return temperature !== undefined && temperature >= (hotFrom[family] ?? hotFromDefault);
}

export function minerFacts(
  { name, title, family }: InstrumentReport,
  record: ValuesRecord | undefined,
): MinerFacts {
  const values = record?.values ?? {};
  const number = (key: string): number | undefined => {
    const latest = values[key];
    return latest?.quality === 'good' && typeof latest.value === 'number'
      ? latest.value
      : undefined;
  };
  const text = (key: string): string => {
    const value = values[key]?.value;
    return typeof value === 'string' ? value : '';
  };
  const power = number('power');
  const hashRate = number('hashRate');
  return {
    name,
    title: title ?? name,
    family,
    model: text('model'),
    pool: text('pool'),
    ...stateOf(Object.values(values), family, number('temperature')),
    hashRate,
    expectedHashRate: number('expectedHashRate'),
    power,
    efficiency: number('efficiency') ?? efficiencyOf(power, hashRate),
    temperature: number('temperature'),
    fanSpeed: number('fanSpeed'),
    bestDifficulty: number('bestDifficulty'),
    accepted: number('acceptedShares'),
    rejected: number('rejectedShares'),
    blocksFound: number('blocksFound'),
    uptime: number('uptime'),
  };
}

/** All miners together. */
export interface MinersTotal {
  readonly count: number;
  readonly online: number;
  readonly offline: number;
  readonly hot: number;
  /** In GH/s. */
  readonly hashRate: number;
  /** In W. */
  readonly power: number;
  /** In J/TH, of those that tell both; undefined when none does. */
  readonly efficiency: number | undefined;
  readonly bestDifficulty: { readonly value: number; readonly name: string } | undefined;
  readonly hottest: { readonly value: number; readonly name: string } | undefined;
  readonly blocksFound: number;
}

export function totalOf(miners: readonly MinerFacts[]): MinersTotal {
  let [online, offline, hot, hashRate, power, blocksFound] = [0, 0, 0, 0, 0, 0];
  let [measuredPower, measuredRate] = [0, 0];
  let bestDifficulty: MinersTotal['bestDifficulty'];
  let hottest: MinersTotal['hottest'];
  for (const miner of miners) {
    if (miner.state === 'offline') offline += 1;
    else if (miner.state !== 'unknown') online += 1;
    hashRate += miner.hashRate ?? 0;
    power += miner.power ?? 0;
    blocksFound += miner.blocksFound ?? 0;
    if (miner.power !== undefined && (miner.hashRate ?? 0) > 0) {
      measuredPower += miner.power;
      measuredRate += miner.hashRate ?? 0;
    }
    const { name, temperature, bestDifficulty: best } = miner;
    if (isHot(miner)) hot += 1;
    if (temperature !== undefined && temperature > (hottest?.value ?? -Infinity)) {
      hottest = { value: temperature, name };
    }
    if (best !== undefined && best > (bestDifficulty?.value ?? 0)) {
      bestDifficulty = { value: best, name };
    }
  }
  return {
    count: miners.length,
    online,
    offline,
    hot,
    hashRate,
    power,
    efficiency: efficiencyOf(measuredPower, measuredRate),
    bestDifficulty,
    hottest,
    blocksFound,
  };
}

/** What miners can be put in order by. */
export const minerOrders = [
  'name',
  'state',
  'hashRate',
  'efficiency',
  'power',
  'temperature',
  'bestDifficulty',
  'accepted',
  'uptime',
] as const;
export type MinerOrder = (typeof minerOrders)[number];

const names = new Intl.Collator('en', { numeric: true });
const stateRank = { offline: 0, trouble: 1, unknown: 2, online: 3 } as const;

/** In order; those that do not tell it come last, either way. */
export function inOrder(
  miners: readonly MinerFacts[],
  by: MinerOrder,
  isDescending: boolean,
): readonly MinerFacts[] {
  const sign = isDescending ? -1 : 1;
  return miners.toSorted((one, other) => {
    const byName = names.compare(one.name, other.name);
    if (by === 'name') return sign * byName;
    if (by === 'state') return sign * (stateRank[one.state] - stateRank[other.state]) || byName;
    const [a, b] = [one[by], other[by]];
    if (a === undefined || b === undefined) {
      return Number(a === undefined) - Number(b === undefined) || byName;
    }
    return sign * (a - b) || byName;
  });
}

function efficiencyOf(watts: number | undefined, gigahashes: number | undefined) {
  if (watts === undefined || gigahashes === undefined || !(gigahashes > 0)) return undefined;
  return (watts * 1_000) / gigahashes;
}

function stateOf(
  values: readonly LatestReport[],
  family: string,
  temperature: number | undefined,
): Pick<MinerFacts, 'state' | 'why'> {
  if (values.length === 0) return { state: 'unknown', why: 'nothing is known of it yet' };
  const wrong = values.find(({ quality }) => quality !== 'good');
  if (wrong !== undefined && values.every(({ quality }) => quality !== 'good')) {
    return { state: 'offline', why: wrong.why?.message ?? 'it does not answer' };
  }
  if (isHot({ family, temperature })) {
    return { state: 'trouble', why: `its chips have ${temperature} °C` };
  }
  return { state: 'online', why: '' };
}
