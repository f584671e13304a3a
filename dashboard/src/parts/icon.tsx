import type { JSX } from 'preact';

import { drawings } from './icon-drawings.ts';
import type { IconName } from './icon-drawings.ts';

/** A small drawing beside a word, which says the same: nothing for a screen reader. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}
