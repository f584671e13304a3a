import type { JSX } from 'preact';

import { Icon } from '../parts/icon.tsx';
import { notices, putAway } from './notices.ts';
import type { Notice } from './notices.ts';

/** Where notices appear. Both regions are there from the start, so that they are read aloud. */
export function NoticeArea(): JSX.Element {
  const bad = notices.value.filter(({ kind }) => kind === 'bad');
  const others = notices.value.filter(({ kind }) => kind !== 'bad');
  return (
    <section class="notices" aria-label="Notices">
      <div role="alert">{bad.map(shown)}</div>
      <div role="status">{others.map(shown)}</div>
    </section>
  );
}

function shown({ id, kind, text, action }: Notice): JSX.Element {
  return (
    <div class={`notice ${kind}`} key={id}>
      <span>{text}</span>
      {action !== undefined && (
        <button
          type="button"
          onClick={() => {
            putAway(id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <button type="button" class="quiet" aria-label="Put away" onClick={() => putAway(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
