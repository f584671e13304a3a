import type { JSX } from 'preact';

import { bytesText, millisecondsText, percentText } from '../../parts/format.ts';
import { SmallPlot } from './small-plot.tsx';
import { useSystem } from './use-system.ts';

/** CPU, memory and event loop of the gateway, over the last five minutes. */
export function SystemPlots(): JSX.Element {
  const past = useSystem();
  return (
    <section class="card system" aria-labelledby="system-title">
      <h2 id="system-title">
        Gateway <span class="soft">last 5 min</span>
      </h2>
      <SmallPlot
        label="CPU"
        now={past?.now.cpuShare}
        values={past?.cpuShare ?? []}
        textOf={percentText}
        atLeast={0.25}
      />
      <SmallPlot
        label="Memory"
        now={past?.now.rssBytes}
        values={past?.rssBytes ?? []}
        textOf={bytesText}
        atLeast={100_000_000}
      />
      <SmallPlot
        label="Event-loop delay p99"
        now={past?.now.eventLoopDelay.p99Ms}
        values={past?.eventLoopDelayP99Ms ?? []}
        textOf={millisecondsText}
        atLeast={20}
      />
    </section>
  );
}
