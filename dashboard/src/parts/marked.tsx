import type { JSX } from 'preact';

/** A text of the gateway, of which what stands between backticks is set as code. */
export function Marked({ text }: { readonly text: string }): JSX.Element {
  // Every second part stood between two backticks.
  const parts = text.split('`');
  return (
    <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  );
}
