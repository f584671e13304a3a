// Questions that have to be answered before anything is done.
import { make } from './elements.js';
import { isTable, nameOf } from './settings-values.js';

/**
 * @typedef {import('./settings-values.js').Path} Path
 * @typedef {import('./settings-values.js').Change} Change
 * @typedef {import('./settings-values.js').Clash} Clash
 * @typedef {{ path: string, before?: unknown, after?: unknown }} Difference
 */

/**
 * Asks a person; Escape is no.
 *
 * @param {string} title
 * @param {HTMLElement} content
 * @param {string} action
 * @returns {Promise<boolean>}
 */
export async function agreed(title, content, action) {
  const { promise, resolve } = Promise.withResolvers();
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

/**
 * What differs, one line a value.
 *
 * @param {readonly Difference[]} differences
 */
export function differenceList(differences) {
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
 *
 * @param {string} who what the other is called, and what it did
 * @param {readonly Clash[]} clashes
 * @param {readonly Difference[]} others what the other changed
 * @returns {Promise<readonly Change[] | undefined>} those of one's own that are to be dropped
 */
export async function merged(who, clashes, others) {
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

/** @param {unknown} value */
export function words(value) {
  if (isTable(value) && value['redacted'] === true) return '(secret)';
  return JSON.stringify(value) ?? '';
}
