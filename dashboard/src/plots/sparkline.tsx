import type { JSX } from 'preact';

import type { SampleBuffer } from './sample-buffer.ts';

const width = 100;
const height = 24;
/** So many points are enough for so few pixels. */
const pointsMost = 100;

interface Properties {
  readonly samples: SampleBuffer;
  /** One more when there is a new sample: the samples themselves are the same object. */
  readonly revision: number;
}

/** The last few values as a small line, without axes: the figure stands beside it. */
export function Sparkline({ samples, revision }: Properties): JSX.Element {
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
      data-revision={revision}
    >
      <path d={sparkPath(samples)} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

/** The path of the newest samples; gaps lift the pen. */
export function sparkPath({ times, values, length }: SampleBuffer): string {
  const first = Math.max(0, length - pointsMost);
  const fromMs = times[first] ?? 0;
  const spanMs = Math.max(1, (times[length - 1] ?? 0) - fromMs);
  let least = Infinity;
  let greatest = -Infinity;
  for (let index = first; index < length; index += 1) {
    const value = values[index] as number;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const span = greatest - least;
  let path = '';
  let isDown = false;
  for (let index = first; index < length; index += 1) {
    const value = values[index] as number;
    if (Number.isNaN(value)) {
      isDown = false;
      continue;
    }
    const x = (((times[index] as number) - fromMs) / spanMs) * width;
    // What does not move lies in the middle.
    const y = span > 0 ? height - 2 - ((value - least) / span) * (height - 4) : height / 2;
    path += `${isDown ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    isDown = true;
  }
  return path;
}
