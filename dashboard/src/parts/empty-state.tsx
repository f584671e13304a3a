import type { ComponentChildren, JSX } from 'preact';

interface Properties {
  readonly title: string;
  /** What to do next. */
  readonly children?: ComponentChildren;
}

/** Says that there is nothing here, and what to do so that there is. */
export function EmptyState({ title, children }: Properties): JSX.Element {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      {children}
    </div>
  );
}

/** Keeps the place of what has not been told yet. */
export function Loading({ what }: { readonly what: string }): JSX.Element {
  return (
    <p class="loading soft" role="status">
      Loading {what} …
    </p>
  );
}
