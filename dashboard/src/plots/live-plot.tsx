import { useSignal } from '@preact/signals';
import type { ComponentChildren, ComponentType, JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import { asSignalboxError, SignalboxError } from '../../../src/kernel/index.ts';
import { useGateway } from '../gateway/gateway-context.ts';
import type { HistorySeries } from './history-piece.ts';
import { PlotHistory } from './plot-history.ts';
import type { FetchHistory, HistoryState } from './plot-history.ts';
import { plotLine, PlotModel } from './plot-model.ts';
import type { LineWish, PlotRange } from './plot-model.ts';
import { PlotTools } from './plot-tools.tsx';
import { isRecording } from './recording.ts';
import { RangeChoice } from './range-choice.tsx';
import './live-plot.css';

interface Properties {
  readonly lines: readonly LineWish[];
  /** What it shows, for who cannot see it. */
  readonly label: string;
  /** CSS pixels. */
  readonly height?: number;
  /** Without choices, tools and table. @default false */
  readonly isSmall?: boolean;
  /** Whether something around it chooses the range. @default false */
  readonly isFixedRange?: boolean;
  /** @default the last five minutes */
  readonly range?: PlotRange;
  /** Whether something around it is its card. @default false */
  readonly isBare?: boolean;
  /** Beside the choice of the range. */
  readonly children?: ComponentChildren;
}

const fiveMinutes: PlotRange = { kind: 'last', widthMs: 300_000 };

/** Lines of what the gateway polls and records: their history, and what comes from now on. */
export function LivePlot({
  lines,
  label,
  height,
  isSmall = false,
  isFixedRange = false,
  isBare = false,
  range: first = fiveMinutes,
  children,
}: Properties): JSX.Element {
  const gateway = useGateway();
  const records = useGateway().records;
  const range = useSignal<PlotRange>(first);
  const model = useMemo(
    () =>
      new PlotModel(
        lines.map((wish) => plotLine(wish)),
        range.peek(),
        () => Date.now(),
      ),
    [lines],
  );
  const state = useSignal<HistoryState>({ kind: 'none' });
  useEffect(() => {
    const fetch: FetchHistory = async ({ series, fromMs, toMs, points }, signal) => {
      const query = {
        series: series.join(','),
        from: Math.floor(fromMs),
        to: Math.ceil(toMs),
        points,
      };
      type Answer = { readonly series: readonly HistorySeries[] };
      const client = gateway.client.peek();
      if (!(await isRecording(client))) throw nothingRecorded();
      return (await client.request<Answer>('GET', ['history'], { query, signal })).series;
    };
    const history = new PlotHistory(model, fetch);
    const told = history.state.subscribe((now) => (state.value = now));
    return () => {
      told();
      history[Symbol.dispose]();
    };
  }, [gateway, model]);
  useEffect(() => {
    const names = new Set(model.lines.map(({ instrument }) => instrument));
    const stops = Array.from(names, (instrument) =>
      records.follow(instrument, ({ values }) => {
        for (const line of model.lines) {
          const latest = line.instrument === instrument ? values[line.parameter] : undefined;
          if (latest !== undefined) model.push(line, latest);
        }
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [records, model]);
  const Plot = usePlotCode();
  return (
    <div class={isBare ? 'live-plot' : 'live-plot card'}>
      {!isSmall && (
        <div class="plot-choices">
          {!isFixedRange && (
            <RangeChoice
              range={range.value}
              change={(chosen) => {
                range.value = chosen;
                model.setRange(chosen);
              }}
            />
          )}
          {children}
          <PlotTools model={model} />
          <HistoryWords state={state.value} />
        </div>
      )}
      {Plot === undefined ? (
        <p class="soft" style={{ height: `${height ?? 320}px` }}>
          Loading the plot …
        </p>
      ) : (
        <Plot
          model={model}
          label={label}
          isSmall={isSmall}
          {...(height === undefined ? {} : { height })}
        />
      )}
    </div>
  );
}

function nothingRecorded(): SignalboxError {
  return new SignalboxError('NOT_FOUND', 'this gateway records nothing', {
    nextStep: 'Add a table [recorder] to its configuration.',
  });
}

function HistoryWords({ state }: { readonly state: HistoryState }): JSX.Element {
  const words =
    state.kind === 'loading'
      ? 'loading history …'
      : state.kind === 'failed'
        ? `no history: ${asSignalboxError(state.error).message}`
        : '';
  return (
    <span class="soft" role="status">
      {words}
    </span>
  );
}

type PlotComponent = ComponentType<{
  readonly model: PlotModel;
  readonly label: string;
  readonly height?: number;
  readonly isSmall?: boolean;
}>;

/** Drawing is a large part of the code: it is loaded with the first plot. */
let loaded: PlotComponent | undefined;

function usePlotCode(): PlotComponent | undefined {
  const [, setLoaded] = useState(false);
  useEffect(() => {
    if (loaded !== undefined) return;
    void import('./plot.tsx').then(({ Plot }) => {
      loaded = Plot;
      setLoaded(true);
    });
  }, []);
  return loaded;
}
