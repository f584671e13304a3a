import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import { theme } from '../app/theme.ts';
import type { Theme } from './palette.ts';
import type { Look } from './plot-canvas.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');
const isDark = signal(dark.matches);
dark.addEventListener('change', ({ matches }) => (isDark.value = matches));

/** The colours that the page is shown in: those that were chosen, or else the system's. */
export const shownTheme: ReadonlySignal<Theme> = computed(() => {
  if (theme.value !== 'auto') return theme.value;
  return isDark.value ? 'dark' : 'light';
});

/** What is drawn on a canvas takes no style: these are the page's --soft and --line. */
const looks: Readonly<Record<Theme, Look>> = {
  light: { theme: 'light', text: '#55626f', grid: '#dde3ea' },
  dark: { theme: 'dark', text: '#9aa8b7', grid: '#2a3541' },
};

export function shownLook(): Look {
  return looks[shownTheme.peek()];
}
