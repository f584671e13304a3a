import type { Instrument, MinerDriver, MinerType } from '../../../instruments/index.ts';
import { typeOfMinerDriver } from '../../../instruments/index.ts';
import type { LatestRecord } from '../../../telemetry/index.ts';

/** Names of the solo miner monitor for what all miners tell. */
const metricNames: Readonly<Record<string, string>> = {
  hashRate: 'hashrate',
  temperature: 'temperature',
  power: 'power',
  efficiency: 'efficiency',
  fanSpeed: 'fan_speed',
  fanRotation: 'fan_rpm',
  frequency: 'frequency',
  acceptedShares: 'shares_accepted',
  rejectedShares: 'shares_rejected',
  bestDifficulty: 'best_difficulty',
  poolDifficulty: 'pool_difficulty',
  blocksFound: 'blocks_found',
  uptime: 'uptime',
};

/** Parameters that have a history, by the names that it has there. */
export const metricParameters: readonly (readonly [parameter: string, metric: string])[] =
  Object.entries(metricNames);

/** How a miner does, in the words of the solo miner monitor. */
export type MinerStatus = 'connected' | 'online' | 'offline' | 'error';

/** Of errors that say that nobody was there. */
const absent = new Set([
  'INSTRUMENT_OFFLINE',
  'INSTRUMENT_TIMEOUT',
  'LINK_COMMUNICATION',
  'LINK_TIMEOUT',
  'PORT_ABSENT',
]);

export interface MinerRecord {
  readonly id: string;
  readonly name: string;
  readonly type: MinerType;
  readonly ip_address: string;
  readonly port: number;
  readonly status: MinerStatus;
  /** Why it is not online. */
  readonly last_error: string | null;
  readonly added_at: string | null;
  readonly last_updated: string | null;
  readonly metrics: Readonly<Record<string, number | string | null>>;
  readonly pool_info: { readonly url: string | null; readonly user: string | null };
  readonly device_info: Readonly<Record<string, string | null>>;
}

/** What is known of a miner, without asking it. */
export function minerRecord(
  instrument: Instrument,
  latest: LatestRecord | undefined,
  addedMs: number | undefined,
): MinerRecord {
  const address = URL.parse(instrument.port.status().address);
  const model = textOf(latest, 'model') ?? instrument.identity?.model;
  const type = typeOfMinerDriver(instrument.driver.family as MinerDriver, model ?? undefined);
  const usual = type === 'avalon_nano' || type === 'cgminer' ? 4_028 : 80;
  const { status, error } = statusOf(latest);
  return {
    id: instrument.name,
    name: instrument.title,
    type,
    ip_address: address?.hostname ?? '',
    port: address === null || address.port === '' ? usual : Number(address.port),
    status,
    last_error: error,
    added_at: addedMs === undefined ? null : new Date(addedMs).toISOString(),
    last_updated: latest === undefined ? null : new Date(latest.updatedMs).toISOString(),
    metrics: metricsOf(latest),
    pool_info: { url: textOf(latest, 'pool'), user: textOf(latest, 'worker') },
    device_info: {
      model: model ?? null,
      firmware: textOf(latest, 'firmware') ?? instrument.identity?.firmware ?? null,
      mac: textOf(latest, 'mac') ?? instrument.identity?.serial ?? null,
      hostname: textOf(latest, 'hostname'),
    },
  };
}

/** The newest of what it tells, by the names of the monitor. */
export function metricsOf(latest: LatestRecord | undefined): Record<string, number | null> {
  const metrics: Record<string, number | null> = {};
  for (const [parameter, metric] of metricParameters) {
    const { value, quality } = latest?.values[parameter] ?? {};
    if (value === undefined) continue;
    // What was is not passed off as what is.
    metrics[metric] = quality === 'good' && typeof value === 'number' ? value : null;
  }
  return metrics;
}

function statusOf(latest: LatestRecord | undefined): {
  readonly status: MinerStatus;
  readonly error: string | null;
} {
  const values = Object.values(latest?.values ?? {});
  if (values.some(({ quality }) => quality === 'good')) return { status: 'online', error: null };
  const why = values.find((value) => value.why !== undefined)?.why;
  if (why === undefined) return { status: 'connected', error: null };
  return { status: absent.has(why.code) ? 'offline' : 'error', error: why.message };
}

function textOf(latest: LatestRecord | undefined, parameter: string): string | null {
  const value = latest?.values[parameter]?.value;
  return typeof value === 'string' ? value : null;
}
