import type { Instrument } from '../../instruments/index.ts';
import type { PortStatus } from '../../ports/index.ts';
import type { LatestRecord, Quality } from '../latest/latest-value.ts';
import { gauge } from './metric-family.ts';
import type { MetricFamily, MetricSample } from './metric-family.ts';

/** So many values of parameters are shown; those beyond are counted in `signalbox_parameter_values_omitted`. */
export const parameterValuesMost = 20_000;

const qualities: readonly Quality[] = ['good', 'stale', 'bad'];
const msPerSecond = 1_000;

export interface InstrumentSubjects {
  readonly instruments: Iterable<Instrument>;
  /** By name. */
  readonly ports: ReadonlyMap<string, PortStatus>;
  readonly latest: readonly LatestRecord[];
  /** Whether the values themselves are shown. */
  readonly hasValues: boolean;
  readonly nowMs: number;
}

/** Instruments and how good what is known of them is. */
export function instrumentMetrics(subjects: InstrumentSubjects): MetricFamily[] {
  const { instruments, ports, latest, hasValues, nowMs } = subjects;
  return [
    gauge(
      'signalbox_instrument_online',
      'Whether its port is open and it has answered of late.',
      Array.from(instruments, ({ name, port, driver: { family, scope } }) => {
        const status = ports.get(port.name);
        const isSilent = scope !== undefined && status?.circuits[scope]?.state === 'offline';
        const value = status?.state === 'open' && !isSilent ? 1 : 0;
        return { labels: { instrument: name, port: port.name, family }, value };
      }),
    ),
    gauge(
      'signalbox_instrument_values',
      'Values that are polled, by how good they are.',
      latest.flatMap(({ instrument, values }) =>
        qualities.map((quality) => ({
          labels: { instrument, quality },
          value: Object.values(values).filter((each) => each.quality === quality).length,
        })),
      ),
    ),
    gauge(
      'signalbox_instrument_value_age_seconds',
      'How long ago the oldest of its values was read.',
      latest.flatMap(({ instrument, values }) => {
        const read = Object.values(values).filter(({ atMs }) => atMs > 0);
        if (read.length === 0) return [];
        const oldestMs = Math.min(...read.map(({ atMs }) => atMs));
        return [{ labels: { instrument }, value: Math.max(0, nowMs - oldestMs) / msPerSecond }];
      }),
    ),
    ...(hasValues ? valueMetrics(latest) : []),
  ];
}

/** Numbers and switches that are good; what is stale or bad is no value of now. */
function valueMetrics(latest: readonly LatestRecord[]): MetricFamily[] {
  const samples: MetricSample[] = [];
  let omitted = 0;
  for (const { instrument, values } of latest) {
    for (const [parameter, { value, unit = '', quality }] of Object.entries(values)) {
      if (quality !== 'good') continue;
      if (typeof value !== 'number' && typeof value !== 'boolean') continue;
      if (samples.length >= parameterValuesMost) omitted += 1;
      else samples.push({ labels: { instrument, parameter, unit }, value: Number(value) });
    }
  }
  return [
    gauge(
      'signalbox_parameter_value',
      'The newest value of a parameter that is polled, in the unit that its label names.',
      samples,
    ),
    gauge(
      'signalbox_parameter_values_omitted',
      `Values beyond the first ${parameterValuesMost}, which are not shown.`,
      [{ value: omitted }],
    ),
  ];
}
