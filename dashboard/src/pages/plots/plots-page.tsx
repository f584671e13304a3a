import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { navigate, pathOf, query } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { RangeChoice } from '../../plots/range-choice.tsx';
import { boardOf, linesMost, plotsMost, queryOf } from './board.ts';
import type { Board } from './board.ts';
import { BoardPlot } from './board-plot.tsx';
import { SeriesField } from './series-field.tsx';
import { useSeries } from './use-series.ts';
import './plots.css';

const storedAs = 'signalbox-plots';
/** More plots beside each other are small. */
const largeMost = 2;

/** Any parameters beside each other: a board that its address describes. */
export default function PlotsPage(): JSX.Element {
  const board = boardOf(query.value);
  const series = useSeries();
  const { plots } = board;
  const text = queryOf(board);
  useEffect(() => {
    // Who comes back without an address finds the board of before.
    const stored = localStorage.getItem(storedAs) ?? '';
    if (plots.length === 0 && query.peek().size === 0 && stored !== '') {
      navigate(`${pathOf('plots')}?${stored}`, { replace: true });
    }
  }, []);
  useEffect(() => {
    if (plots.length > 0) localStorage.setItem(storedAs, text);
  }, [text]);
  const show = (changed: Partial<Board>): void => {
    const next = queryOf({ ...board, ...changed });
    if (changed.plots?.length === 0) localStorage.removeItem(storedAs);
    navigate(next === '' ? pathOf('plots') : `${pathOf('plots')}?${next}`, { replace: true });
  };
  const change = (at: number, keys: readonly string[]): void =>
    show({ plots: plots.map((each, index) => (index === at ? keys : each)).filter(hasLines) });
  return (
    <>
      <PageHeader title="Plots">
        Any values beside each other. The address of this page is the board: keep it or send it.
      </PageHeader>
      <div class="board-tools">
        <RangeChoice range={board.range} change={(range) => show({ range })} />
        {plots.length < plotsMost && (
          <SeriesField
            label="Add a plot of"
            series={series}
            add={(key) => show({ plots: [...plots, [key]] })}
          />
        )}
      </div>
      {plots.length === 0 ? (
        <EmptyState title="There is no plot yet.">
          <p>
            {series.length === 0
              ? 'Nothing is watched: open an instrument, and press Watch beside a parameter.'
              : 'Choose what to plot above; more lines can be added to each plot.'}
          </p>
        </EmptyState>
      ) : (
        <div class={plots.length > largeMost ? 'board many' : 'board'}>
          {plots.map((keys, index) => (
            <BoardPlot
              key={`${index} ${keys.join(',')}`}
              keys={keys}
              range={board.range}
              series={series}
              isSmall={plots.length > largeMost}
              canAdd={keys.length < linesMost}
              change={(changed) => change(index, changed)}
            />
          ))}
        </div>
      )}
    </>
  );
}

function hasLines(keys: readonly string[]): boolean {
  return keys.length > 0;
}
