import type { JSX } from 'preact';

import { useAsked } from '../../gateway/use-asked.ts';
import { bytesText, millisecondsText, percentText } from '../../parts/format.ts';
import { SmallPlot } from './small-plot.tsx';

/** The gateway looks at its process as often. */
const everyMs = 2_000;
/** So much of the past is shown. */
const shownSeconds = 300;

/** CPU, memory and event loop of the gateway, over the last five minutes. */
export function SystemPlots(): JSX.Element | null {
  const { value, error } = useAsked(
    async (client, signal) => await client.system({ seconds: shownSeconds, signal }),
    everyMs,
  );
  // A gateway that does not look at its process has nothing to show.
  if (value === undefined && error !== undefined) return null;
  const { cpuShare = [], rssBytes = [], eventLoopDelayP99Ms = [] } = value?.history ?? {};
  const now = value?.now;
  const mostOf = (values: readonly number[]): number => Math.max(0, ...values);
  return (
    <section class="card system" aria-labelledby="system-title">
      <h2 id="system-title">
        Gateway <span class="soft">last 5 min</span>
      </h2>
      <SmallPlot
        label="CPU"
        value={now === undefined ? '–' : percentText(now.cpuShare)}
        most={percentText(mostOf(cpuShare))}
        values={cpuShare}
        atLeast={0.25}
      />
      <SmallPlot
        label="Memory"
        value={now === undefined ? '–' : bytesText(now.rssBytes)}
        most={bytesText(mostOf(rssBytes))}
        values={rssBytes}
        atLeast={100_000_000}
      />
      <SmallPlot
        label="Event-loop delay p99"
        value={now === undefined ? '–' : millisecondsText(now.eventLoopDelay.p99Ms)}
        most={millisecondsText(mostOf(eventLoopDelayP99Ms))}
        values={eventLoopDelayP99Ms}
        atLeast={20}
      />
    </section>
  );
}
