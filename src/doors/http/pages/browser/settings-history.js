// What was changed, by whom and why, and the way back.
import { byId, duration, make } from './elements.js';
import { ask, tellTrouble } from './gateway.js';
import { agreed, differenceList } from './settings-dialogs.js';

/**
 * @typedef {import('./settings-dialogs.js').Difference} Difference
 * @typedef {{ revision: number, at: number, by: string, why?: string, keys: string[], isKept: boolean }} Revision
 */

const shownMost = 30;
const keysShownMost = 4;

/**
 * Shows the newest revisions.
 *
 * @param {number} now the revision that holds
 * @param {boolean} isReadOnly
 * @param {() => Promise<void>} rolledBack
 */
export async function showHistory(now, isReadOnly, rolledBack) {
  const answer = await ask('GET', `/api/v1/config/history?limit=${shownMost + 1}`);
  const { revisions } = /** @type {{ revisions: Revision[] }} */ (answer);
  const items = revisions.slice(0, shownMost).map((revision, at) => {
    // What was overtaken within moments has no copy of its own: the one before that is kept is compared.
    const before = revisions.slice(at + 1).find((each) => each.isKept)?.revision;
    const isFixed = revision.revision === now || isReadOnly || !revision.isKept;
    return item(revision, revision.isKept ? before : undefined, isFixed, now, rolledBack);
  });
  byId('revisions').replaceChildren(
    ...(items.length === 0 ? [make('li', { class: 'soft' }, 'Nothing was changed yet.')] : items),
  );
}

/**
 * @param {Revision} revision
 * @param {number | undefined} before
 * @param {boolean} isFixed
 * @param {number} now
 * @param {() => Promise<void>} rolledBack
 */
function item({ revision, at, by, why, keys }, before, isFixed, now, rolledBack) {
  const list = keys.slice(0, keysShownMost).join(', ');
  const more = keys.length > keysShownMost ? ` and ${keys.length - keysShownMost} more` : '';
  const time = make(
    'time',
    { datetime: new Date(at).toISOString(), title: new Date(at).toLocaleString() },
    `${duration(Math.max(0, Date.now() - at))} ago`,
  );
  const shown = make('div', { hidden: true });
  const show = make(
    'button',
    { type: 'button', 'aria-expanded': 'false', disabled: before === undefined },
    'Changes',
  );
  const back = make('button', { type: 'button', disabled: isFixed }, 'Roll back to this');
  show.addEventListener('click', () => {
    shown.hidden = !shown.hidden;
    show.setAttribute('aria-expanded', String(!shown.hidden));
    if (!shown.hidden) void fill(shown, before ?? revision, revision);
  });
  back.addEventListener('click', () => void rollBack(revision, now, rolledBack));
  return make(
    'li',
    {},
    make(
      'div',
      {},
      make('strong', {}, `Revision ${revision}`),
      ' ',
      time,
      make('span', { class: 'soft' }, ` by ${by}`),
    ),
    make('div', {}, why ?? ''),
    make('div', { class: 'soft' }, make('code', {}, `${list}${more}`)),
    make('div', { class: 'row' }, show, back),
    shown,
  );
}

/**
 * @param {number} from
 * @param {number} to
 * @returns {Promise<Difference[]>}
 */
async function differencesBetween(from, to) {
  const answer = await ask('GET', `/api/v1/config/diff?from=${from}&to=${to}`);
  return /** @type {{ changes: Difference[] }} */ (answer).changes;
}

/**
 * @param {HTMLElement} holder
 * @param {number} from
 * @param {number} to
 */
async function fill(holder, from, to) {
  try {
    holder.replaceChildren(differenceList(await differencesBetween(from, to)));
  } catch (error) {
    tellTrouble(error);
  }
}

/**
 * @param {number} revision
 * @param {number} now
 * @param {() => Promise<void>} rolledBack
 */
async function rollBack(revision, now, rolledBack) {
  try {
    const content = differenceList(await differencesBetween(now, revision));
    if (!(await agreed(`Roll back to revision ${revision}?`, content, 'Roll back'))) return;
    await ask('POST', '/api/v1/config/rollback', { revision, expectedRevision: now });
    await rolledBack();
  } catch (error) {
    tellTrouble(error);
  }
}
