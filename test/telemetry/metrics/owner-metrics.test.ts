import { describe, expect, it } from 'vitest';
import type { Port, ProgramCounters } from '../../../src/ports/index.ts';
import { BoundedNames, ownerLabelsMost, ownerMetrics } from '../../../src/telemetry/index.ts';

function portOf(programs: readonly Partial<ProgramCounters>[]): Port {
  const nothing = { door: 'http', operations: 0, failures: 0, waitedMs: 0, servedMs: 0 };
  return { programs: () => programs.map((each) => ({ ...nothing, ...each })) } as unknown as Port;
}

describe('what programs did', () => {
  it('is the sum over all ports, with labels that never change once they are given', () => {
    let ports = [
      portOf([{ program: 'a', operations: 1 }]),
      portOf([{ program: 'a', operations: 2, waitedMs: 500 }]),
    ];
    const source = ownerMetrics(() => ports);
    const samples = (nth: number): unknown => source()[nth]?.samples;
    expect(samples(0)).toEqual([{ labels: { program: 'a', door: 'http' }, value: 3 }]);
    expect(samples(2)).toEqual([{ labels: { program: 'a', door: 'http' }, value: 0.5 }]);
    // More than there are labels for, and the first of all comes back last.
    const many = Array.from({ length: 3 * ownerLabelsMost }, (_, index) => ({
      program: `p${index}`,
      operations: 1,
    }));
    ports = [portOf([...many, { program: 'a', operations: 5 }])];
    const family = source()[0];
    expect(family?.samples).toHaveLength(ownerLabelsMost + 1);
    expect(family?.samples).toContainEqual({ labels: { program: 'a', door: 'http' }, value: 5 });
    expect(family?.samples).toContainEqual({
      labels: { program: 'other', door: 'other' },
      value: many.length - (ownerLabelsMost - 1),
    });
  });

  it('has programs with long names under what they begin with', () => {
    const names = new BoundedNames(10, 5);
    expect(names.of('abcdefgh')).toBe('abcde');
    expect(names.of('abcdexyz')).toBe('abcde');
  });
});
