import type { JSX } from 'preact';

import { pathOf } from '../../app/router.ts';
import { plural } from '../../parts/format.ts';

interface Properties {
  readonly names: readonly string[];
  readonly again: () => void;
}

/** What was added, and where it goes on. */
export function DoneStep({ names, again }: Properties): JSX.Element {
  return (
    <div class="card done" role="status">
      <p class="good">
        {names.length === 1
          ? `${names[0]} is here.`
          : `${plural(names.length, 'instrument')} are here.`}
      </p>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <a href={pathOf('instruments', name)}>Open {name}</a>
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" onClick={again}>
          Add another one
        </button>
        <a class="button" href="/settings">
          See it in the settings
        </a>
      </div>
    </div>
  );
}
