/** From when to when a plot shows, ms since 1970. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Nobody looks more closely. */
export const narrowestMs = 50;
/** Ten years. */
export const widestMs = 315_360_000_000;

export function widthOf({ fromMs, toMs }: TimeWindow): number {
  return toMs - fromMs;
}

/**
 * Shows more or less round a moment, which stays where it is.
 * @param factor below 1 shows less
 * @param within what there is to be seen: never more than that
 */
export function zoomed(
  window: TimeWindow,
  factor: number,
  atMs: number = (window.fromMs + window.toMs) / 2,
  within?: TimeWindow,
): TimeWindow {
  const width = widthOf(window);
  const mostMs = within === undefined ? widestMs : widthOf(within);
  const wanted = Math.min(Math.max(width * factor, narrowestMs), mostMs);
  const share = width === 0 ? 0.5 : (atMs - window.fromMs) / width;
  const fromMs = atMs - share * wanted;
  return kept({ fromMs, toMs: fromMs + wanted }, within);
}

/** The same width, so large a share of it later (or earlier, below 0). */
export function panned(window: TimeWindow, share: number, within?: TimeWindow): TimeWindow {
  const byMs = widthOf(window) * share;
  return kept({ fromMs: window.fromMs + byMs, toMs: window.toMs + byMs }, within);
}

/** Between two moments in any order; the narrowest there is when they are nearer. */
export function between(oneMs: number, otherMs: number): TimeWindow {
  const fromMs = Math.min(oneMs, otherMs);
  return { fromMs, toMs: Math.max(oneMs, otherMs, fromMs + narrowestMs) };
}

/** Moved, not cut, until it lies within. */
function kept(window: TimeWindow, within: TimeWindow | undefined): TimeWindow {
  if (within === undefined) return window;
  const width = Math.min(widthOf(window), widthOf(within));
  const fromMs = Math.min(Math.max(window.fromMs, within.fromMs), within.toMs - width);
  return { fromMs, toMs: fromMs + width };
}
