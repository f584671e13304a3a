import type { DrawnLine } from './drawn-line.ts';

/** Numbers with `null` for a gap and `undefined` where only other lines have a point, as uPlot takes them. */
export type Column = (number | null | undefined)[];

/** Lines over one list of times: seconds, and for each line its values, least and greatest. */
export interface AlignedLines {
  readonly seconds: number[];
  readonly columns: readonly Column[];
}

const msEachSecond = 1_000;

/**
 * Puts lines side by side over all times at which one of them has a point. Each line gives three
 * columns: values, least, greatest.
 */
export function alignLines(lines: readonly DrawnLine[]): AlignedLines {
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) return alone(only);
  const seconds: number[] = [];
  const columns: Column[] = lines.flatMap(() => [[], [], []] as Column[]);
  const next = lines.map(() => 0);
  for (;;) {
    let atMs = Infinity;
    for (const [index, line] of lines.entries()) {
      const time = line.times[next[index] as number];
      if (time !== undefined && time < atMs) atMs = time;
    }
    if (atMs === Infinity) return { seconds, columns };
    seconds.push(atMs / msEachSecond);
    for (const [index, line] of lines.entries()) {
      const at = next[index] as number;
      const isThere = line.times[at] === atMs;
      if (isThere) next[index] = at + 1;
      const column = index * 3;
      columns[column]?.push(isThere ? orGap(line.values[at]) : undefined);
      columns[column + 1]?.push(isThere ? orGap(line.least[at]) : undefined);
      columns[column + 2]?.push(isThere ? orGap(line.greatest[at]) : undefined);
    }
  }
}

function alone({ times, values, least, greatest }: DrawnLine): AlignedLines {
  return {
    seconds: times.map((time) => time / msEachSecond),
    columns: [values.map(orGap), least.map(orGap), greatest.map(orGap)],
  };
}

function orGap(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
