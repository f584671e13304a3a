// What was changed, by whom and why, and the way back.
import type { SettingsRevision } from '../../../../src/client/index.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { byId, make } from '../../parts/elements.ts';
import { momentText, spanText } from '../../parts/format.ts';
import { tellTrouble } from '../../parts/trouble.ts';
import { agreed, differenceList } from './dialogs.ts';

const shownMost = 30;
const keysShownMost = 4;

/** What the history does its work with. */
interface Past {
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
  /** The revision that holds. */
  readonly now: number;
  readonly isReadOnly: boolean;
  readonly rolledBack: () => Promise<void>;
}

/** Shows the newest revisions. */
export async function showHistory(past: Past): Promise<void> {
  const { gateway, signal, now, isReadOnly } = past;
  const revisions = await gateway.client.value.settingsHistory({ limit: shownMost + 1, signal });
  const items = revisions.slice(0, shownMost).map((revision, at) => {
    // What was overtaken within moments has no copy of its own: the one before that is kept is compared.
    const before = revisions.slice(at + 1).find((each) => each.isKept)?.revision;
    const isFixed = revision.revision === now || isReadOnly || !revision.isKept;
    return item(past, revision, revision.isKept ? before : undefined, isFixed);
  });
  byId('revisions').replaceChildren(
    ...(items.length === 0 ? [make('li', { class: 'soft' }, 'Nothing was changed yet.')] : items),
  );
}

function item(
  past: Past,
  { revision, at, by, why, keys }: SettingsRevision,
  before: number | undefined,
  isFixed: boolean,
): HTMLElement {
  const list = keys.slice(0, keysShownMost).join(', ');
  const more = keys.length > keysShownMost ? ` and ${keys.length - keysShownMost} more` : '';
  const time = make(
    'time',
    { datetime: new Date(at).toISOString(), title: momentText(at) },
    `${spanText(Math.max(0, Date.now() - at))} ago`,
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
    if (!shown.hidden) void fill(past, shown, before ?? revision, revision);
  });
  back.addEventListener('click', () => void rollBack(past, revision));
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

async function fill(
  { gateway, signal }: Past,
  holder: HTMLElement,
  from: number,
  to: number,
): Promise<void> {
  try {
    const { changes } = await gateway.client.value.settingsDiff(from, to, { signal });
    holder.replaceChildren(differenceList(changes));
  } catch (error) {
    tellTrouble(error);
  }
}

async function rollBack({ gateway, now, rolledBack }: Past, revision: number): Promise<void> {
  try {
    const client = gateway.client.value;
    const { changes } = await client.settingsDiff(now, revision);
    const content = differenceList(changes);
    if (!(await agreed(`Roll back to revision ${revision}?`, content, 'Roll back'))) return;
    await client.rollbackSettings(revision, { expectedRevision: now });
    await rolledBack();
  } catch (error) {
    tellTrouble(error);
  }
}
