import type { Instrument } from '../../../instruments/index.ts';
import type { LatestRecord } from '../../../telemetry/index.ts';
import { latestReport } from '../latest-report.ts';

/** Types of miners as a miner monitor names them, by the family of their driver. */
const typeOfFamily: Readonly<Record<string, string>> = {
  bitaxe: 'bitaxe',
  cgminer: 'avalon_nano',
  'magic-miner': 'magic_miner',
};

/** A miner as a miner monitor tells of it. */
export interface MinerRecord {
  /** Its type and address: `bitaxe_192_168_1_40`; its name where it has no address. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly ip_address?: string;
  readonly status: 'connected' | 'online' | 'offline' | 'error';
  readonly last_updated: string | null;
  /** What was read last, by name of the parameter. */
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** @returns undefined for an instrument that is no miner */
export function minerRecord(
  { name, port, driver }: Instrument,
  latest: LatestRecord | undefined,
): MinerRecord | undefined {
  const type = typeOfFamily[driver.family];
  if (type === undefined) return undefined;
  const { state, address } = port.status();
  const ip = /(?:^|\/\/|@)(\d+\.\d+\.\d+\.\d+)/.exec(address)?.[1];
  return {
    id: ip === undefined ? name : `${type}_${ip.replaceAll('.', '_')}`,
    name,
    type,
    ...(ip === undefined ? {} : { ip_address: ip }),
    status: statusOf(state, latest),
    last_updated: latest === undefined ? null : new Date(latest.updatedMs).toISOString(),
    metrics: latest === undefined ? {} : metricsOf(latest),
  };
}

function statusOf(state: string, latest: LatestRecord | undefined): MinerRecord['status'] {
  if (state === 'absent' || state === 'recovering') return 'offline';
  if (latest === undefined) return 'connected';
  const qualities = Object.values(latest.values).map(({ quality }) => quality);
  if (qualities.includes('good')) return 'online';
  return qualities.includes('bad') ? 'error' : 'offline';
}

function metricsOf(latest: LatestRecord): Readonly<Record<string, unknown>> {
  const { values } = latestReport(latest) as { values: Record<string, { value?: unknown }> };
  return Object.fromEntries(
    Object.entries(values).map(([name, { value }]) => [name, value ?? null]),
  );
}
