import { signal } from '@preact/signals';

/** By the system's own setting, or against it. */
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const storedAs = 'signalbox-theme';

function stored(): Theme {
  const name = localStorage.getItem(storedAs);
  return themes.find((theme) => theme === name) ?? 'auto';
}

/** What the reader chose; kept in this browser. */
export const theme = signal<Theme>(stored());

/** Shows the page in these colours from now on. */
export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(storedAs, chosen);
  applyTheme();
}

/** The styles follow the attribute; without it they follow the system. */
export function applyTheme(): void {
  if (theme.value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
}
