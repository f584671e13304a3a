import type { JSX } from 'preact';

import { Icon } from '../parts/icon.tsx';
import { spanText } from '../parts/format.ts';
import type { PlotModel } from './plot-model.ts';
import { widthOf } from './time-window.ts';

const zoomStep = 0.5;

/** Zoom, reset and pause, for who has no wheel. */
export function PlotTools({ model }: { readonly model: PlotModel }): JSX.Element {
  const zoom = model.zoom.value;
  const isPaused = model.pausedMs.value !== undefined;
  const canPause = model.range.value.kind === 'last';
  return (
    <div class="plot-tools" role="toolbar" aria-label="Plot">
      <button type="button" class="small" onClick={() => model.zoomBy(zoomStep)}>
        Zoom in
      </button>
      <button
        type="button"
        class="small"
        disabled={zoom === undefined}
        onClick={() => model.zoomBy(1 / zoomStep)}
      >
        Zoom out
      </button>
      <button
        type="button"
        class="small"
        disabled={zoom === undefined}
        onClick={() => model.reset()}
      >
        Show all
      </button>
      {canPause && (
        <button
          type="button"
          class="small"
          aria-pressed={isPaused}
          onClick={() => model.pause(!isPaused)}
        >
          <Icon name={isPaused ? 'play' : 'pause'} />
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      )}
      <span class="soft number">
        {isPaused ? 'paused' : zoom === undefined ? '' : `zoomed to ${spanText(widthOf(zoom))}`}
      </span>
    </div>
  );
}
