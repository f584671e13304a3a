import type { JSX } from 'preact';

import { Icon } from '../parts/icon.tsx';
import { chooseTheme, theme, themes } from './theme.ts';
import type { Theme } from './theme.ts';

const icons = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
const words: Readonly<Record<Theme, string>> = {
  auto: 'Colours as the system has them',
  light: 'Light',
  dark: 'Dark',
};

/** Chooses between light, dark and what the system says. */
export function ThemeSwitch(): JSX.Element {
  return (
    <fieldset class="theme-switch">
      <legend class="unseen">Colours</legend>
      {themes.map((name) => (
        <label key={name} title={words[name]}>
          <input
            class="unseen"
            type="radio"
            name="theme"
            checked={theme.value === name}
            onChange={() => chooseTheme(name)}
          />
          <span class="choice">
            <Icon name={icons[name]} />
            <span class="unseen">{words[name]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
