import type { PlotRange } from '../../plots/plot-model.ts';

/** Plots that somebody put beside each other: each is a list of `INSTRUMENT.PARAMETER`. */
export interface Board {
  readonly plots: readonly (readonly string[])[];
  readonly range: PlotRange;
}

/** So many plots fit on one board, and so many lines in one plot. */
export const plotsMost = 40;
export const linesMost = 12;
const rangeDefault: PlotRange = { kind: 'last', widthMs: 300_000 };
const keyPattern = /^[^.,\s]+\.[^,\s]+$/;

/** A board as an address has it; what makes no sense in it is left out. */
export function boardOf(query: URLSearchParams): Board {
  const plots = query
    .getAll('plot')
    .slice(0, plotsMost)
    .map((text) =>
      [...new Set(text.split(','))].filter((key) => keyPattern.test(key)).slice(0, linesMost),
    )
    .filter((keys) => keys.length > 0);
  return { plots, range: rangeOf(query) };
}

/** The address of a board, to be kept or sent to somebody. */
export function queryOf({ plots, range }: Board): string {
  const query = new URLSearchParams();
  for (const keys of plots) query.append('plot', keys.join(','));
  if (range.kind === 'fixed') {
    query.set('from', String(Math.round(range.fromMs)));
    query.set('to', String(Math.round(range.toMs)));
  } else if (range.widthMs !== 300_000) {
    query.set('last', String(range.widthMs));
  }
  return query.toString();
}

/** `nitrogen.fMeasure` in its parts. */
export function partsOf(key: string): { readonly instrument: string; readonly parameter: string } {
  const at = key.indexOf('.');
  return { instrument: key.slice(0, at), parameter: key.slice(at + 1) };
}

function rangeOf(query: URLSearchParams): PlotRange {
  const [fromMs, toMs, widthMs] = ['from', 'to', 'last'].map((name) =>
    Number(query.get(name) ?? NaN),
  );
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) {
    return { kind: 'fixed', fromMs, toMs };
  }
  return widthMs !== undefined && widthMs > 0 && Number.isFinite(widthMs)
    ? { kind: 'last', widthMs }
    : rangeDefault;
}
