// What alarms, jobs and their runs look like in words.
import type { PlannedRunReport, RunReport, ScheduleReport } from '../../../../src/client/index.ts';
import { make, row } from '../../parts/elements.ts';
import { momentText } from '../../parts/format.ts';

/** So long ago an alarm that could not ring is told of on top of the page. */
const missedShownMs = 86_400_000;

const colours: Readonly<Record<string, string>> = {
  running: 'good',
  ringing: 'good',
  done: 'good',
  snoozed: 'busy',
  faulty: 'bad',
  failed: 'bad',
  missed: 'bad',
  interrupted: 'bad',
};

/** A state in its colour. */
export function stateMark(state: string): HTMLElement {
  return make('span', { class: colours[state] ?? 'soft' }, state);
}

/** `2026-11-30T06:30+01:00` as people read it; the offset stays, because it tells summer from winter. */
function plannedWords({ at, fold }: PlannedRunReport): string {
  const [day = '', clock = ''] = at.split('T');
  const weekday = new Date(`${day}T12:00`).toLocaleDateString('en-GB', { weekday: 'short' });
  const which = fold === 1 ? ', the second time' : '';
  return `${weekday} ${day}, ${clock.slice(0, 5)} (UTC${clock.slice(5)})${which}`;
}

/** When something runs next. */
export function plannedList(next: readonly PlannedRunReport[]): HTMLElement {
  return make('ol', { class: 'times' }, ...next.map((each) => make('li', {}, plannedWords(each))));
}

/** What came of a run. */
export function runWords({ state, dueMs, reason }: RunReport): HTMLElement {
  const why = reason === undefined ? '' : `: ${reason}`;
  return make('span', {}, stateMark(state), ` ${momentText(dueMs)}${why}`);
}

/** One run in the table of them. */
export function runRow(run: RunReport): HTMLElement {
  const { id, job, cause, state, dueMs, startedMs, endedMs, by, reason, steps } = run;
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
    ['Due', momentText(dueMs)],
    ['State', make('span', {}, stateMark(state), reason === undefined ? '' : `: ${reason}`)],
    ['Why', cause],
    ['Took', took],
    ['By', by],
    ['Steps', steps.length === 0 ? '–' : details],
  ]);
}

/** Alarms that did not ring lately, one line each. */
export function missedOf(schedules: readonly ScheduleReport[]): readonly string[] {
  return schedules.flatMap(({ kind, title, state, lastRun }) => {
    if (kind !== 'alarm' || lastRun === undefined) return [];
    const { dueMs, reason, state: how } = lastRun;
    const isFresh = Date.now() - dueMs < missedShownMs;
    const isBad = ['failed', 'missed', 'interrupted'].includes(how);
    // One that a crash cut short may ring on.
    const isRinging = state === 'ringing' || state === 'snoozed';
    if (!isFresh || !isBad || isRinging) return [];
    return [`${title} did not ring at ${momentText(dueMs)}: ${reason ?? how}`];
  });
}
