/** How one line of a plot looks. */
export interface LineStyle {
  readonly colour: string;
  /** Lengths of strokes and gaps; none is a whole line. */
  readonly dash: readonly number[];
}

export type Theme = 'light' | 'dark';

/**
 * Colours that people with any of the three colour blindnesses tell apart, on white and on near black,
 * each at least 3 : 1 against its ground (WCAG 1.4.11). Found by a search over
 * hues and lightnesses for those whose nearest two are farthest apart, as each kind of eye sees them.
 */
export const palettes: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#1b5c94', '#8a4a08', '#13976e', '#9f0cc9', '#b08b0f', '#1a1a1a'],
  dark: ['#7db8f5', '#cf7630', '#0fef97', '#c94be0', '#e6c43f', '#f0f0f0'],
};

/** Lines beyond the number of colours are told apart by their strokes as well. */
const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [8, 3, 2, 3]];

/** How the line with this number looks; each of the first 24 differs from all others. */
export function lineStyle(index: number, theme: Theme): LineStyle {
  const colours = palettes[theme];
  const colour = colours[index % colours.length] as string;
  const dash = dashes[Math.floor(index / colours.length) % dashes.length] as readonly number[];
  return { colour, dash };
}
