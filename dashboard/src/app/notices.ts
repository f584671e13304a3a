import { signal } from '@preact/signals';

import { errorText } from '../parts/error-text.ts';

/** One thing that a person should know. */
export interface Notice {
  readonly id: number;
  readonly kind: 'good' | 'bad' | 'plain';
  readonly text: string;
  /** What can be done about it, once. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Older ones go when there are more. */
export const noticesMost = 4;
/** How long good news is shown; what is bad stays until it is put away. */
export const goodNewsMs = 8_000;

/** What is shown now, the oldest first. */
export const notices = signal<readonly Notice[]>([]);
let count = 0;

/** Tells a person something, in the corner of the page and aloud. */
export function tell(
  kind: Notice['kind'],
  text: string,
  action?: NonNullable<Notice['action']>,
): void {
  const id = (count += 1);
  const notice = { id, kind, text, ...(action === undefined ? {} : { action }) };
  // The same again is no news.
  const others = notices.value.filter((each) => each.text !== text);
  notices.value = [...others, notice].slice(-noticesMost);
  if (kind !== 'bad') setTimeout(() => putAway(id), goodNewsMs);
}

/** Tells what went wrong, and what to do. */
export function tellError(error: unknown): void {
  tell('bad', errorText(error));
}

export function putAway(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
