import type {
  DryRunReport,
  RunReport,
  ScheduleReport,
  SettingsCommit,
} from '../../../../src/client/index.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { byId, make } from '../../parts/elements.ts';
import { tellTrouble } from '../../parts/trouble.ts';
import { openAlarmForm } from './alarm-form.ts';
import { missedOf, plannedList, runRow, runWords, stateMark } from './alarm-words.ts';
import { showPlayers } from './players.ts';

const runsShown = 15;

/** Alarms, jobs, players and runs, in the frame that the page has. */
export class AlarmsView {
  readonly #gateway: Gateway;
  readonly #signal: AbortSignal;
  #isAsking = false;

  /** @param signal aborts when the page is left */
  constructor(gateway: Gateway, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#signal = signal;
    byId('add-alarm').addEventListener('click', () => this.#edit(undefined), { signal });
  }

  /** Shows how everything stands now. */
  async refreshAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      await this.#refresh();
      await showPlayers(this.#gateway, this.#signal);
      await this.#refreshRuns();
      tellTrouble();
    } catch (error) {
      if (!this.#signal.aborted) tellTrouble(error);
    }
    this.#isAsking = false;
  }

  async #refresh(): Promise<void> {
    const schedules = await this.#gateway.client.value.schedules.list({ signal: this.#signal });
    if (this.#signal.aborted) return;
    showMissed(schedules);
    // Whoever has a button in hand keeps it.
    const held = document.activeElement?.getAttribute('aria-label');
    const alarms = schedules.filter(({ kind }) => kind === 'alarm');
    const jobs = schedules.filter(({ kind }) => kind === 'job');
    this.#showCards('alarms', alarms, 'No alarm yet. Add one below.');
    this.#showCards('jobs', jobs, 'No job yet.');
    if (held !== null && held !== undefined) {
      const again = document.querySelector(`main [aria-label="${CSS.escape(held)}"]`);
      if (again instanceof HTMLElement) again.focus();
    }
  }

  async #refreshRuns(): Promise<void> {
    const client = this.#gateway.client.value;
    const runs: readonly RunReport[] = await client.schedules.runs({
      limit: runsShown,
      signal: this.#signal,
    });
    if (this.#signal.aborted) return;
    // An open list of steps is being read.
    if (byId('runs').querySelector('details[open]') !== null) return;
    byId('no-runs').hidden = runs.length > 0;
    byId('runs-table').hidden = runs.length === 0;
    byId('runs').replaceChildren(...runs.map(runRow));
  }

  #showCards(id: string, schedules: readonly ScheduleReport[], none: string): void {
    const cards = schedules.map((schedule) => this.#card(schedule));
    byId(id).replaceChildren(
      ...(cards.length === 0 ? [make('li', { class: 'soft' }, none)] : cards),
    );
  }

  #card(schedule: ScheduleReport): HTMLElement {
    const { name, title, state, reason, next, lastRun, runsOnce, timeZone, snoozedUntilMs } =
      schedule;
    const until =
      snoozedUntilMs === undefined ? '' : ` until ${new Date(snoozedUntilMs).toLocaleTimeString()}`;
    const once = runsOnce ? ', once' : '';
    const called = title === name ? [] : [make('span', { class: 'soft' }, ` ${name}`)];
    return make(
      'li',
      { class: 'card', 'data-name': name },
      make('h3', {}, title, ...called),
      make('p', {}, stateMark(state), `${until}${once}, in ${timeZone}`),
      ...(reason === undefined ? [] : [make('p', { class: 'bad' }, reason)]),
      ...(next.length === 0 ? [] : [plannedList(next)]),
      ...(lastRun === undefined ? [] : [make('p', { class: 'soft' }, 'Last: ', runWords(lastRun))]),
      this.#actionsOf(schedule),
    );
  }

  #actionsOf({ name, kind, state, enabled }: ScheduleReport): HTMLElement {
    const calls = this.#gateway.client.value.schedules;
    const buttons: HTMLElement[] = [];
    if (state === 'ringing') {
      buttons.push(this.#action('Snooze', `Snooze ${name}`, async () => await calls.snooze(name)));
    }
    if (['running', 'ringing', 'snoozed'].includes(state)) {
      buttons.push(this.#action('Stop', `Stop ${name}`, async () => await calls.stop(name)));
    } else {
      buttons.push(this.#action('Run now', `Run now: ${name}`, async () => await calls.run(name)));
    }
    buttons.push(
      this.#action('What would it do?', `What would it do? ${name}`, async () =>
        showDryRun(await calls.dryRun(name)),
      ),
      this.#action(
        enabled ? 'Switch off' : 'Switch on',
        `Switch ${enabled ? 'off' : 'on'}: ${name}`,
        async () => await calls.setEnabled(name, !enabled),
      ),
    );
    if (kind === 'alarm') {
      const edit = make('button', { type: 'button', 'aria-label': `Change ${name}` }, 'Change');
      edit.addEventListener('click', () => this.#edit(name));
      buttons.push(edit);
    } else {
      buttons.push(
        make('a', { class: 'button', href: '/settings', 'aria-label': `Change ${name}` }, 'Change'),
      );
    }
    return make('p', { class: 'actions' }, ...buttons);
  }

  /**
   * A button that asks for something and shows what came of it.
   * @param spoken what a screen reader says, since a label alone does not name its alarm
   */
  #action(label: string, spoken: string, act: () => Promise<unknown>): HTMLElement {
    const button = make('button', { type: 'button', 'aria-label': spoken }, label);
    button.addEventListener('click', () => {
      button.disabled = true;
      void this.#afterwards(act()).finally(() => (button.disabled = false));
    });
    return button;
  }

  #edit(name: string | undefined): void {
    const saved = async (commit: SettingsCommit, what: string): Promise<void> =>
      await this.#saved(commit, what);
    void openAlarmForm(this.#gateway, name, saved);
  }

  /** Says what a change came to, with the way back. */
  async #saved({ before, revision }: SettingsCommit, what: string): Promise<void> {
    const banner = byId('done');
    const undo = make('button', { type: 'button' }, 'Undo');
    undo.addEventListener('click', () => {
      const options = { expectedRevision: revision, why: `undone: ${what}` };
      const undone = this.#gateway.client.value.rollbackSettings(before, options);
      void this.#afterwards(undone).finally(() => (banner.hidden = true));
    });
    banner.replaceChildren(`${what} `, undo);
    banner.hidden = false;
    await this.#refresh();
  }

  /** Tells what was wrong with what was done, or nothing, and shows how everything stands. */
  async #afterwards(done: Promise<unknown>): Promise<void> {
    try {
      await done;
      tellTrouble();
      await this.#refresh();
    } catch (error) {
      tellTrouble(error);
    }
  }
}

function showDryRun({ name, steps, next, problems }: DryRunReport): void {
  const dialog = byId('dry-run') as HTMLDialogElement;
  const close = make('button', { type: 'button' }, 'Close');
  close.addEventListener('click', () => dialog.close());
  dialog.replaceChildren(
    make('h2', { id: 'dry-run-title' }, `What ${name} would do`),
    make('ol', {}, ...steps.map((step) => make('li', {}, step))),
    ...problems.map((problem) => make('p', { class: 'bad' }, problem)),
    plannedList(next),
    make('p', { class: 'actions' }, close),
  );
  dialog.showModal();
}

/** People who were not woken want to know it before all else. */
function showMissed(schedules: readonly ScheduleReport[]): void {
  const words = missedOf(schedules).map((line) => make('p', {}, line));
  const banner = byId('missed');
  if (banner.textContent !== words.map(({ textContent }) => textContent).join('')) {
    banner.replaceChildren(...words);
  }
  banner.hidden = words.length === 0;
}
