import type { JSX } from 'preact';

import type { Tone } from './tone.ts';

/** A state as a word with a mark of its colour: nobody has to tell colours apart. */
export function StateMark({
  tone,
  text,
}: {
  readonly tone: Tone;
  readonly text: string;
}): JSX.Element {
  return (
    <span class={`state ${tone}`}>
      <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false">
        {tone === 'bad' ? (
          <path d="M5 0l5 9.5H0z" />
        ) : tone === 'busy' ? (
          <path d="M5 0l5 5-5 5-5-5z" />
        ) : (
          <circle cx="5" cy="5" r="4.5" />
        )}
      </svg>
      {text}
    </span>
  );
}
