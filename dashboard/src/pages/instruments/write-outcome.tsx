import type { JSX } from 'preact';

import type { ClientValue } from '../../../../src/client/index.ts';
import { sentence } from '../../parts/error-text.ts';
import { momentText } from '../../parts/format.ts';

/** What became of a write. */
export type Outcome =
  | { readonly kind: 'writing' }
  | {
      readonly kind: 'written';
      readonly words: string;
      readonly atMs: number;
      /** What it was before, where that is known and another. */
      readonly before?: ClientValue;
      readonly beforeWords?: string;
    }
  | { readonly kind: 'refused'; readonly message: string; readonly nextStep: string }
  | { readonly kind: 'unknown'; readonly message: string };

interface Properties {
  readonly outcome: Outcome;
  readonly canRead: boolean;
  readonly read: () => Promise<void>;
  readonly undo: (before: ClientValue) => void;
}

/** Tells what became of a write, and what can be done about it. */
export function WriteOutcome({ outcome, canRead, read, undo }: Properties): JSX.Element {
  return (
    <div class="outcome" role="status">
      <Words outcome={outcome} />
      {outcome.kind === 'written' && outcome.before !== undefined && (
        <button
          type="button"
          class="small"
          onClick={() => outcome.before !== undefined && undo(outcome.before)}
        >
          Undo: back to {outcome.beforeWords}
        </button>
      )}
      {outcome.kind === 'unknown' && canRead && (
        <button type="button" class="small" onClick={() => void read()}>
          Read it back
        </button>
      )}
    </div>
  );
}

function Words({ outcome }: { readonly outcome: Outcome }): JSX.Element {
  switch (outcome.kind) {
    case 'writing':
      return <span>Waiting for the instrument …</span>;
    case 'written':
      return (
        <span class="good">
          Written: {outcome.words}, {momentText(outcome.atMs)}.
        </span>
      );
    case 'refused':
      return (
        <span class="bad">
          Not written: {sentence(outcome.message)} {outcome.nextStep}
        </span>
      );
    case 'unknown':
      return (
        <span class="bad">
          Nobody knows whether it was written: {sentence(outcome.message)} It was sent, but not
          acknowledged. It is not sent again by itself, because that might do it twice: read the
          value back first.
        </span>
      );
  }
}
