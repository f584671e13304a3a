import type { ComponentChildren, JSX } from 'preact';

interface Properties {
  readonly label: string;
  readonly value: ComponentChildren;
  /** A line below, where there is something to add. */
  readonly children?: ComponentChildren;
}

/** One number that matters, with its name above and what explains it below. */
export function Figure({ label, value, children }: Properties): JSX.Element {
  return (
    <div class="card figure">
      <div class="label">{label}</div>
      <div class="value">{value}</div>
      <div class="detail soft">{children}</div>
    </div>
  );
}
