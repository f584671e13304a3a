// Questions that have to be answered before anything is done.
import type { SettingDifference } from '../../../../src/client/index.ts';
import { make } from '../../parts/elements.ts';
import { isTable, nameOf } from './values.ts';
import type { Change, Clash } from './values.ts';

type Difference = SettingDifference;

/** Asks a person; Escape is no. */
export async function agreed(
  title: string,
  content: HTMLElement,
  action: string,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const yes = make('button', { value: 'yes', class: 'main' }, action);
  const no = make('button', { value: 'no', type: 'button' }, 'Cancel');
  const answers = make('form', { method: 'dialog', class: 'row' }, yes, no);
  const heading = make('h2', { id: 'dialog-title' }, title);
  const dialog = make(
    'dialog',
    { class: 'ask', 'aria-labelledby': 'dialog-title' },
    heading,
    content,
    answers,
  );
  no.addEventListener('click', () => dialog.close('no'));
  dialog.addEventListener('close', () => {
    dialog.remove();
    resolve(dialog.returnValue === 'yes');
  });
  document.body.append(dialog);
  dialog.showModal();
  return await promise;
}

/** What differs, one line a value. */
export function differenceList(differences: readonly Difference[]): HTMLElement {
  if (differences.length === 0) return make('p', { class: 'soft' }, 'Nothing differs.');
  return make(
    'ul',
    { class: 'differences' },
    ...differences.map(({ path, before, after }) =>
      make(
        'li',
        {},
        make('code', {}, path),
        ...(before === undefined ? [] : [make('del', { class: 'bad' }, words(before))]),
        ...(after === undefined ? [] : [make('ins', { class: 'good' }, words(after))]),
      ),
    ),
  );
}

/**
 * Lets a person decide for each value that two have changed.
 * @param who what the other is called, and what it did
 * @param others what the other changed
 * @returns those of one's own that are to be dropped
 */
export async function merged(
  who: string,
  clashes: readonly Clash[],
  others: readonly Difference[],
): Promise<readonly Change[] | undefined> {
  const rows = clashes.map(({ path, mine, theirs }, at) => {
    const name = `clash-${at}`;
    const keep = make('input', { type: 'radio', name, checked: true });
    const take = make('input', { type: 'radio', name });
    const own =
      'value' in mine
        ? words(mine.value)
        : 'rename' in mine
          ? `renamed ${mine.rename}`
          : 'taken away';
    const other = theirs === undefined ? 'taken away' : words(theirs);
    const row = make(
      'fieldset',
      { class: 'clash' },
      make('legend', {}, make('code', {}, nameOf(path))),
      make('label', {}, keep, ' keep mine: ', make('span', { class: 'good' }, own)),
      make('label', {}, take, ' take theirs: ', make('span', { class: 'busy' }, other)),
    );
    return { row, take, mine };
  });
  const content = make(
    'div',
    {},
    make('p', {}, who),
    differenceList(others),
    ...(rows.length === 0
      ? [make('p', {}, 'None of it is what you have changed: yours goes on top.')]
      : [make('h3', {}, 'You have both changed')]),
    ...rows.map(({ row }) => row),
  );
  const isAgreed = await agreed('Somebody else has saved meanwhile', content, 'Save merged');
  return isAgreed ? rows.filter(({ take }) => take.checked).map(({ mine }) => mine) : undefined;
}

function words(value: unknown): string {
  if (isTable(value) && value['redacted'] === true) return '(secret)';
  return JSON.stringify(value) ?? '';
}
