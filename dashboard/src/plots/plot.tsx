import { effect, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import { momentText } from '../parts/format.ts';
import { throttled } from '../values/throttled.ts';
import { drawInFrames } from './page-frames.ts';
import { PlotCanvas } from './plot-canvas.ts';
import { followGestures, pressed } from './plot-gestures.ts';
import { PlotLegend } from './plot-legend.tsx';
import type { PlotModel } from './plot-model.ts';
import { PlotTable } from './plot-table.tsx';
import type { Readout } from './readout.ts';
import { shownLook, shownTheme } from './shown-theme.ts';
import { formatMoment } from './time-format.ts';
import { formatQuantity } from './units.ts';
import './plot.css';

interface Properties {
  readonly model: PlotModel;
  /** What it shows, for who cannot see it. */
  readonly label: string;
  /** CSS pixels. @default 320 */
  readonly height?: number;
  /** Without the table: one of many beside each other. @default false */
  readonly isSmall?: boolean;
}

/** While nothing new comes a plot that follows the time moves on so often. */
const moveOnMs = 1_000;
const heightDefault = 320;

/** Lines over time, which can be zoomed, paused, read by keyboard, and shown as a table. */
export function Plot({
  model,
  label,
  height = heightDefault,
  isSmall = false,
}: Properties): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<PlotCanvas>(undefined);
  const readout = useSignal<Readout | undefined>(undefined);
  const newest = useSignal<readonly (number | undefined)[]>([]);
  const spoken = useSignal('');
  const help = useId();

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const drawn = new PlotCanvas(element, {
      model,
      look: shownLook,
      pointed: (now) => (readout.value = now),
      drawn: throttled((now) => (newest.value = now)),
    });
    canvas.current = drawn;
    const frames = drawInFrames(element, drawn);
    const resizes = new ResizeObserver(([entry]) => {
      const { width = 0, height: high = 0 } = entry?.contentRect ?? {};
      drawn.resize(width, high);
      frames.invalidate(0);
    });
    resizes.observe(element);
    const movesOn = setInterval(() => {
      if (model.isFollowing && !document.hidden) frames.invalidate(drawn.calmMs);
    }, moveOnMs);
    const stops = [
      effect(() => {
        void model.changed.value;
        frames.invalidate(drawn.calmMs);
      }),
      effect(() => {
        void model.moved.value;
        frames.invalidate(0);
      }),
      effect(() => {
        void shownTheme.value;
        drawn.recolour();
      }),
      followGestures(element, model, drawn),
      frames.stop,
      () => resizes.disconnect(),
      () => clearInterval(movesOn),
      () => drawn[Symbol.dispose](),
    ];
    return () => {
      canvas.current = undefined;
      for (const stop of stops) stop();
    };
  }, [model]);

  const keyed = (event: KeyboardEvent): void => {
    const drawn = canvas.current;
    if (drawn === undefined || !pressed(event, model, drawn)) return;
    event.preventDefault();
    event.stopPropagation();
    spoken.value = toSay(model, event.key.startsWith('Arrow') && !event.shiftKey, readout.peek());
  };

  return (
    <figure class={isSmall ? 'plot small' : 'plot'}>
      <div
        class="plot-canvas"
        ref={frame}
        style={{ height: `${height}px` }}
        tabIndex={0}
        role="application"
        aria-roledescription="plot"
        aria-label={label}
        aria-describedby={help}
        onKeyDown={keyed}
        onDblClick={() => model.reset()}
        onBlur={() => canvas.current?.leave()}
      />
      <p id={help} class="unseen">
        Left and right arrows read values, with Shift they move; plus and minus zoom, 0 shows all,
        the space bar pauses.
      </p>
      <p class="unseen" aria-live="polite">
        {spoken}
      </p>
      <PlotLegend model={model} readout={readout} newest={newest} isSmall={isSmall} />
      {!isSmall && <PlotTable model={model} label={label} />}
    </figure>
  );
}

/** What a screen reader says after a key. */
function toSay(model: PlotModel, isReading: boolean, readout: Readout | undefined): string {
  if (isReading && readout !== undefined) {
    const values = model.lines.map(({ label, unit }, index) => {
      const value = readout.values[index];
      if (value === undefined) return `${label}: nothing`;
      const shown = formatQuantity(value, unit);
      return `${label}: ${shown.text} ${shown.unit}`.trimEnd();
    });
    return `${formatMoment(readout.atMs)}: ${values.join(', ')}`;
  }
  if (model.pausedMs.peek() !== undefined) return 'Paused';
  const { fromMs, toMs } = model.window();
  return `${momentText(fromMs)} to ${momentText(toMs)}`;
}
