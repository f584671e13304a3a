// The page `/alarms`: alarms and jobs, when they run next and how they ran; sleep timers.
import { openAlarmForm } from './alarm-form.js';
import { byId, make, row } from './elements.js';
import { ask, tellTrouble, whenEntered } from './gateway.js';
import { showPlayers } from './players.js';
import { previewWhileTyping } from './schedule-preview.js';

/**
 * As far as this page shows it.
 *
 * @typedef {{ at: string, fold: number }} Planned
 * @typedef {{ id: number, job: string, cause: string, state: string, dueMs: number, startedMs?: number, endedMs?: number,
 *   by: string, reason?: string, steps: { what: string, state: string, result?: string }[] }} Run
 * @typedef {{ name: string, kind: 'alarm' | 'job', title: string, enabled: boolean, state: string, reason?: string,
 *   runsOnce: boolean, timeZone: string, next: Planned[], snoozedUntilMs?: number, lastRun?: Run }} Schedule
 */

const refreshEveryMs = 2_000;
const runsShown = 15;
/** So long ago an alarm that could not ring is told of on top of the page. */
const missedShownMs = 86_400_000;
let isAsking = false;

/** @type {Readonly<Record<string, string>>} */
const colours = {
  running: 'good',
  ringing: 'good',
  done: 'good',
  snoozed: 'busy',
  faulty: 'bad',
  failed: 'bad',
  missed: 'bad',
  interrupted: 'bad',
};

/** @param {string} state */
function stateMark(state) {
  return make('span', { class: colours[state] ?? 'soft' }, state);
}

/**
 * `2026-11-30T06:30+01:00` as people read it; the offset stays, because it tells summer from winter.
 *
 * @param {Planned} planned
 */
function plannedWords({ at, fold }) {
  const [day = '', clock = ''] = at.split('T');
  const weekday = new Date(`${day}T12:00`).toLocaleDateString(undefined, { weekday: 'short' });
  return `${weekday} ${day}, ${clock.slice(0, 5)} (UTC${clock.slice(5)})${fold === 1 ? ', the second time' : ''}`;
}

/** @param {readonly Planned[]} next */
function plannedList(next) {
  return make('ol', { class: 'times' }, ...next.map((each) => make('li', {}, plannedWords(each))));
}

/** @param {Run} run */
function runWords({ state, dueMs, reason }) {
  const at = new Date(dueMs).toLocaleString();
  return make('span', {}, stateMark(state), ` ${at}${reason === undefined ? '' : `: ${reason}`}`);
}

/**
 * A button that asks for something and shows what came of it.
 *
 * @param {string} label
 * @param {string} spoken what a screen reader says, since a label alone does not name its alarm
 * @param {() => Promise<unknown>} act
 */
function action(label, spoken, act) {
  const button = make('button', { type: 'button', 'aria-label': spoken }, label);
  button.addEventListener('click', () => {
    button.disabled = true;
    void act()
      .then(() => tellTrouble(), tellTrouble)
      .then(refresh)
      .finally(() => (button.disabled = false));
  });
  return button;
}

/** @param {Schedule} schedule */
function actionsOf({ name, kind, state, enabled }) {
  const path = `/api/v1/schedules/${encodeURIComponent(name)}`;
  const isUnderWay = ['running', 'ringing', 'snoozed'].includes(state);
  /** @type {HTMLElement[]} */
  const buttons = [];
  if (state === 'ringing') {
    buttons.push(action('Snooze', `Snooze ${name}`, () => ask('POST', `${path}/snooze`, {})));
  }
  if (isUnderWay) {
    buttons.push(action('Stop', `Stop ${name}`, () => ask('POST', `${path}/stop`, {})));
  } else {
    buttons.push(action('Run now', `Run ${name} now`, () => ask('POST', `${path}/run`, {})));
  }
  buttons.push(
    action('What would it do?', `What ${name} would do`, async () =>
      showDryRun(await ask('GET', `${path}/dry-run`)),
    ),
    action(enabled ? 'Switch off' : 'Switch on', `Switch ${name} ${enabled ? 'off' : 'on'}`, () =>
      ask('PUT', `${path}/enabled`, { enabled: !enabled }),
    ),
  );
  if (kind === 'alarm') {
    const edit = make('button', { type: 'button', 'aria-label': `Change ${name}` }, 'Change');
    edit.addEventListener('click', () => void openAlarmForm(name, saved));
    buttons.push(edit);
  } else {
    buttons.push(
      make('a', { class: 'button', href: '/settings', 'aria-label': `Change ${name}` }, 'Change'),
    );
  }
  return make('p', { class: 'actions' }, ...buttons);
}

/** @param {Schedule} schedule */
function card(schedule) {
  const { name, title, state, reason, next, lastRun, runsOnce, timeZone, snoozedUntilMs } =
    schedule;
  const until =
    snoozedUntilMs === undefined ? '' : ` until ${new Date(snoozedUntilMs).toLocaleTimeString()}`;
  const once = runsOnce ? ', once' : '';
  return make(
    'li',
    { class: 'card', 'data-name': name },
    make('h3', {}, title, ...(title === name ? [] : [make('span', { class: 'soft' }, ` ${name}`)])),
    make('p', {}, stateMark(state), `${until}${once}, in ${timeZone}`),
    ...(reason === undefined ? [] : [make('p', { class: 'bad' }, reason)]),
    ...(next.length === 0 ? [] : [plannedList(next)]),
    ...(lastRun === undefined ? [] : [make('p', { class: 'soft' }, 'Last: ', runWords(lastRun))]),
    actionsOf(schedule),
  );
}

/** @param {unknown} answer */
function showDryRun(answer) {
  const { name, steps, next, problems } =
    /** @type {{ name: string, steps: string[], next: Planned[], problems: string[] }} */ (answer);
  const dialog = /** @type {HTMLDialogElement} */ (byId('dry-run'));
  const close = make('button', { type: 'button' }, 'Close');
  close.addEventListener('click', () => dialog.close());
  dialog.replaceChildren(
    make('h2', {}, `What ${name} would do`),
    make('ol', {}, ...steps.map((step) => make('li', {}, step))),
    ...problems.map((problem) => make('p', { class: 'bad' }, problem)),
    plannedList(next),
    close,
  );
  dialog.showModal();
}

/** @param {Run} run */
function runRow({ id, job, cause, state, dueMs, startedMs, endedMs, by, reason, steps }) {
  const took =
    startedMs === undefined || endedMs === undefined
      ? '–'
      : `${((endedMs - startedMs) / 1_000).toFixed(1)} s`;
  const each = steps.map(({ what, state: how, result }) =>
    make('li', {}, `${what}: ${how}${result === undefined ? '' : `, ${result}`}`),
  );
  const details = make(
    'details',
    {},
    make('summary', {}, steps.length === 1 ? '1 step' : `${steps.length} steps`),
    make('ol', {}, ...each),
  );
  return row(`${id}`, [
    ['What', job],
    ['Due', new Date(dueMs).toLocaleString()],
    ['State', make('span', {}, stateMark(state), reason === undefined ? '' : `: ${reason}`)],
    ['Why', cause],
    ['Took', took],
    ['By', by],
    ['Steps', steps.length === 0 ? '–' : details],
  ]);
}

/** @param {string} id @param {readonly Schedule[]} schedules @param {string} none */
function showCards(id, schedules, none) {
  const cards = schedules.map(card);
  byId(id).replaceChildren(...(cards.length === 0 ? [make('li', { class: 'soft' }, none)] : cards));
}

async function refresh() {
  const { schedules } = /** @type {{ schedules: Schedule[] }} */ (
    await ask('GET', '/api/v1/schedules')
  );
  showMissed(schedules);
  // Whoever has a button in hand keeps it.
  const held = document.activeElement?.getAttribute('aria-label');
  showCards(
    'alarms',
    schedules.filter(({ kind }) => kind === 'alarm'),
    'No alarm yet.',
  );
  showCards(
    'jobs',
    schedules.filter(({ kind }) => kind === 'job'),
    'No job yet.',
  );
  if (held !== null && held !== undefined) {
    const again = document.querySelector(`[aria-label="${CSS.escape(held)}"]`);
    if (again instanceof HTMLElement) again.focus();
  }
}

/**
 * Says what a change came to, with the way back.
 *
 * @param {{ before: number, revision: number }} commit
 * @param {string} what
 */
async function saved({ before, revision }, what) {
  const banner = byId('done');
  const undo = make('button', { type: 'button' }, 'Undo');
  undo.addEventListener('click', () => {
    const back = { revision: before, expectedRevision: revision, why: `undone: ${what}` };
    void ask('POST', '/api/v1/config/rollback', back)
      .then(() => tellTrouble(), tellTrouble)
      .then(refresh)
      .finally(() => (banner.hidden = true));
  });
  banner.replaceChildren(`${what} `, undo);
  banner.hidden = false;
  await refresh();
}

/** People who were not woken want to know it before all else. @param {readonly Schedule[]} schedules */
function showMissed(schedules) {
  const failed = schedules.flatMap(({ kind, title, state, lastRun }) => {
    const isFresh = lastRun !== undefined && Date.now() - lastRun.dueMs < missedShownMs;
    const isBad = isFresh && ['failed', 'missed', 'interrupted'].includes(lastRun.state);
    // One that a crash cut short may ring on.
    const isRinging = state === 'ringing' || state === 'snoozed';
    return kind === 'alarm' && isBad && !isRinging ? [{ title, lastRun }] : [];
  });
  const words = failed.map(({ title, lastRun: { dueMs, reason, state } }) =>
    make(
      'p',
      {},
      `${title} did not ring at ${new Date(dueMs).toLocaleString()}: ${reason ?? state}`,
    ),
  );
  const banner = byId('missed');
  if (banner.textContent !== words.map(({ textContent }) => textContent).join('')) {
    banner.replaceChildren(...words);
  }
  banner.hidden = words.length === 0;
}

async function refreshRuns() {
  const { runs } = /** @type {{ runs: Run[] }} */ (
    await ask('GET', `/api/v1/runs?limit=${runsShown}`)
  );
  // An open list of steps is being read.
  if (byId('runs').querySelector('details[open]') === null)
    byId('runs').replaceChildren(...runs.map(runRow));
}

async function refreshAll() {
  if (isAsking || document.hidden) return;
  isAsking = true;
  try {
    await refresh();
    await showPlayers();
    await refreshRuns();
    tellTrouble();
  } catch (error) {
    tellTrouble(error);
  }
  isAsking = false;
}

byId('add-alarm').addEventListener('click', () => void openAlarmForm(undefined, saved));
previewWhileTyping();
whenEntered(() => void refreshAll());
document.addEventListener('visibilitychange', () => void refreshAll());
setInterval(() => void refreshAll(), refreshEveryMs);
void refreshAll();
