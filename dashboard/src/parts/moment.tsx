import type { JSX } from 'preact';

import { useNow } from './clock.ts';
import { momentText, spanText } from './format.ts';

interface Properties {
  /** Ms since 1970. */
  readonly atMs: number;
}

/** How long ago something was; the date and time of day are told when it is pointed at. */
export function Ago({ atMs }: Properties): JSX.Element {
  const agoMs = useNow() - atMs;
  return (
    <time class="number" dateTime={new Date(atMs).toISOString()} title={momentText(atMs)}>
      {agoMs < 1_000 ? 'just now' : `${spanText(agoMs)} ago`}
    </time>
  );
}

/** For how long something has been so. */
export function Since({ atMs }: Properties): JSX.Element {
  const forMs = useNow() - atMs;
  return (
    <time
      class="number"
      dateTime={new Date(atMs).toISOString()}
      title={`since ${momentText(atMs)}`}
    >
      {forMs < 1_000 ? '0 s' : spanText(forMs)}
    </time>
  );
}
