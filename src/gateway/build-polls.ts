import type { InstrumentConfig, PollConfig } from '../config/index.ts';
import { polledParametersMost } from '../config/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { SignalboxError } from '../kernel/index.ts';
import type { PollOptions } from '../telemetry/index.ts';

/**
 * What is to be polled of an instrument: one poll for each interval.
 * @throws NOT_FOUND, WRITE_ONLY, BAD_ARGUMENT for parameters that cannot be
 */
export function pollsOf(instrument: Instrument, { poll }: InstrumentConfig): PollOptions[] {
  if (poll === undefined) return [];
  const byInterval = new Map<number, string[]>();
  for (const name of parametersOf(instrument, poll)) {
    const everyMs = poll.everyMsOf[name] ?? poll.everyMs;
    byInterval.set(everyMs, [...(byInterval.get(everyMs) ?? []), name]);
  }
  const mayBeUntold = poll.parameters === undefined;
  return Array.from(byInterval, ([everyMs, parameters]) => ({
    instrument,
    parameters,
    everyMs,
    mayBeUntold,
  }));
}

function parametersOf(instrument: Instrument, poll: PollConfig): readonly string[] {
  const { driver } = instrument;
  const wanted =
    poll.parameters ??
    driver.watched ??
    driver.parameters.filter(({ access }) => access !== 'write').map(({ name }) => name);
  const all = [...new Set([...wanted, ...Object.keys(poll.everyMsOf)])].map((name) => {
    const parameter = instrument.parameter(name);
    if (parameter.access !== 'write') return parameter.name;
    throw new SignalboxError('WRITE_ONLY', `${name} of ${instrument.name} can only be written`);
  });
  if (all.length <= polledParametersMost) return all;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `${instrument.name} has ${all.length} parameters that can be read; at most ${polledParametersMost} are polled`,
    { nextStep: `Name those that matter in instruments.${instrument.name}.poll.parameters.` },
  );
}
