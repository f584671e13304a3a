import type { RecordedSeriesReport } from '../client/index.ts';
import { didYouMean, SignalboxError } from '../kernel/index.ts';

/** @throws NOT_FOUND for one of which nothing was ever recorded: most likely it is misspelt */
export function checkRecorded(
  parameters: readonly string[],
  series: readonly RecordedSeriesReport[],
): void {
  const names = series.map(({ instrument, parameter }) => `${instrument}.${parameter}`);
  // What is no name of a parameter at all is refused by the gateway, in its words.
  const unknown = parameters.find((each) => each.includes('.') && !names.includes(each));
  if (unknown === undefined) return;
  throw new SignalboxError(
    'NOT_FOUND',
    `nothing was ever recorded of '${unknown}'${didYouMean(unknown, names)}`,
    { nextStep: 'See what is with `signalbox history`.' },
  );
}
