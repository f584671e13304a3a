import type { LatestRecord, LatestValue } from '../../telemetry/index.ts';

/** The newest values of an instrument as they travel: no bytes, and null for what is no number of JSON. */
export function latestReport({ instrument, updatedMs, revision, values }: LatestRecord): object {
  const shown: Record<string, unknown> = {};
  for (const name in values) {
    const latest = values[name];
    if (latest !== undefined && !(latest.value instanceof Uint8Array)) shown[name] = report(latest);
  }
  return { instrument, updatedMs, revision, values: shown };
}

function report(latest: LatestValue): object {
  const { value } = latest;
  return typeof value === 'number' && !Number.isFinite(value) ? { ...latest, value: null } : latest;
}
