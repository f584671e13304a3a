import type { Port } from '../../ports/index.ts';
import { BoundedNames, otherName } from './bounded-names.ts';
import { counter } from './metric-family.ts';
import type { MetricFamily, MetricSource } from './metric-family.ts';

/** So many programs, each with its door, get labels of their own; those who come later are one. */
export const ownerLabelsMost = 100;
/** Names of programs are cut there: a User-Agent can be long. */
export const ownerCharactersMost = 64;

interface Sums {
  readonly program: string;
  readonly door: string;
  operations: number;
  failures: number;
  waitedMs: number;
  servedMs: number;
}

const between = '\u0000';
const msPerSecond = 1_000;

/** What programs did on all ports together. */
export function ownerMetrics(ports: () => Iterable<Port>): MetricSource {
  const names = new BoundedNames(ownerLabelsMost, ownerCharactersMost + 20);
  return () => {
    const sums = new Map<string, Sums>();
    for (const port of ports()) {
      for (const each of port.programs()) {
        const key = names.of(`${each.door}${between}${each.program.slice(0, ownerCharactersMost)}`);
        const [door = otherName, program = otherName] = key.split(between);
        const sum = sums.get(key) ?? {
          program: key === otherName ? otherName : program,
          door,
          operations: 0,
          failures: 0,
          waitedMs: 0,
          servedMs: 0,
        };
        sum.operations += each.operations;
        sum.failures += each.failures;
        sum.waitedMs += each.waitedMs;
        sum.servedMs += each.servedMs;
        sums.set(key, sum);
      }
    }
    return families([...sums.values()]);
  };
}

function families(sums: readonly Sums[]): MetricFamily[] {
  const samples = (valueOf: (sum: Sums) => number) =>
    sums.map((sum) => ({
      labels: { program: sum.program, door: sum.door },
      value: valueOf(sum),
    }));
  return [
    counter(
      'signalbox_owner_operations_total',
      `Requests that ended, by program and door; beyond ${ownerLabelsMost} of them as "other".`,
      samples(({ operations }) => operations),
    ),
    counter(
      'signalbox_owner_failures_total',
      'Requests that failed, by program and door.',
      samples(({ failures }) => failures),
    ),
    counter(
      'signalbox_owner_wait_seconds_total',
      'How long requests waited for their turn, by program and door.',
      samples(({ waitedMs }) => waitedMs / msPerSecond),
    ),
    counter(
      'signalbox_owner_service_seconds_total',
      'How long requests were on the wire, by program and door.',
      samples(({ servedMs }) => servedMs / msPerSecond),
    ),
  ];
}
