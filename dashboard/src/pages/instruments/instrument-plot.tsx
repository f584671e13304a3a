import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import type { ParameterReport } from '../../../../src/client/index.ts';
import type { LineWish } from '../../plots/plot-model.ts';
import { LivePlot } from '../../plots/live-plot.tsx';
import { useRecord } from '../../values/use-records.ts';
import type { Polls } from './use-polls.ts';

/** So many lines are shown unasked. */
const linesAtFirst = 2;

interface Properties {
  readonly instrument: string;
  readonly parameters: readonly ParameterReport[];
  readonly polls: Polls;
}

/** Lines of what is watched of an instrument, live and from history. */
export function InstrumentPlot({ instrument, parameters, polls }: Properties): JSX.Element | null {
  const record = useRecord(instrument);
  const plottable = (polls.parameters ?? []).filter((name) => {
    const parameter = parameters.find((each) => each.name === name);
    return parameter !== undefined && parameter.type !== 'string' && parameter.type !== 'binary';
  });
  const chosen = useSignal<readonly string[] | undefined>(undefined);
  const names =
    chosen.value?.filter((name) => plottable.includes(name)) ?? plottable.slice(0, linesAtFirst);
  const key = names.join(' ');
  // A unit is known with the first value, at the latest.
  const units = names.map((name) => unitOf(name, parameters, record?.values[name]?.unit)).join(' ');
  const lines = useMemo(
    () =>
      names.map((name): LineWish => {
        const unit = unitOf(name, parameters, record?.values[name]?.unit);
        return { instrument, parameter: name, label: name, unit };
      }),
    [instrument, key, units],
  );
  if (polls.parameters === undefined) return null;
  if (plottable.length === 0) {
    return (
      <section class="part" aria-label="Plot">
        <p class="soft">
          Nothing of it is watched. Press <b>Watch</b> beside a parameter to plot and record it.
        </p>
      </section>
    );
  }
  return (
    <section class="part" aria-label="Plot">
      <LivePlot lines={lines} label={`${instrument}: ${names.join(', ')}`}>
        <fieldset class="line-choice">
          <legend class="unseen">Lines</legend>
          {plottable.map((name) => (
            <label key={name} class="check">
              <input
                type="checkbox"
                checked={names.includes(name)}
                onChange={({ currentTarget: { checked } }) => {
                  const others = names.filter((each) => each !== name);
                  chosen.value = checked ? [...others, name] : others;
                }}
              />
              {name}
            </label>
          ))}
        </fieldset>
      </LivePlot>
    </section>
  );
}

function unitOf(
  name: string,
  parameters: readonly ParameterReport[],
  latest: string | undefined,
): string {
  return latest ?? parameters.find((each) => each.name === name)?.unit ?? '';
}
