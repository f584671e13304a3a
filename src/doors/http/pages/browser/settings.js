// The page `/settings`: a form for the configuration, saved in one piece, and its history.
import { byId, make } from './elements.js';
import { ask, Failure, tellTrouble, whenEntered } from './gateway.js';
import { merged } from './settings-dialogs.js';
import { Draft } from './settings-draft.js';
import { sections } from './settings-form.js';
import { showHistory } from './settings-history.js';
import { compared, nameOf, valueAt } from './settings-values.js';

/**
 * @typedef {import('./settings-schema.js').Schema} Schema
 * @typedef {import('./settings-draft.js').Report} Report
 * @typedef {import('./settings-values.js').Path} Path
 * @typedef {import('./settings-values.js').Change} Change
 * @typedef {{ path?: string, message: string, line?: number }} Problem
 */

const lookEveryMs = 5_000;

/** @type {Schema | undefined} */
let schema;
let draft = new Draft({
  file: '',
  revision: 0,
  values: {},
  written: {},
  pendingRestart: [],
  notices: [],
});
let isBusy = false;

async function load() {
  try {
    schema ??= /** @type {Schema} */ (await ask('GET', '/api/v1/config/schema'));
    const report = /** @type {Report} */ (await ask('GET', '/api/v1/config'));
    draft = draft.isChanged ? draft.onTopOf(report) : new Draft(report);
    tellTrouble();
    show();
    await showHistory(report.revision, report.readOnly !== undefined, load);
  } catch (error) {
    tellTrouble(error);
  }
}

/** Builds the form anew; what was open stays open. @param {Path} [focus] */
function show(focus) {
  if (schema === undefined) return;
  const { report } = draft;
  const holder = byId('form');
  const open = new Set(
    [...holder.querySelectorAll('details[open]')].map((each) => each.getAttribute('data-path')),
  );
  const isReadOnly = report.readOnly !== undefined;
  holder.replaceChildren(
    ...sections(schema, { draft, isReadOnly, changed: showState, rebuilt: (path) => show(path) }),
  );
  for (const each of holder.querySelectorAll('details')) {
    each.open = open.has(each.getAttribute('data-path'));
  }
  if (focus !== undefined) reveal(nameOf(focus));
  showBanner(report);
  showState();
}

/** @param {Report} report */
function showBanner({ file, revision, pendingRestart, readOnly, notices }) {
  byId('version').textContent = `${file}, revision ${revision}`;
  const lines = [
    ...(readOnly === undefined ? [] : [make('p', { class: 'bad' }, `Read only: ${readOnly}`)]),
    ...(pendingRestart.length === 0
      ? []
      : [make('p', { class: 'busy' }, `Holds after a restart: ${pendingRestart.join(', ')}`)]),
    ...notices.map(({ message }) => make('p', { class: 'busy' }, message)),
  ];
  byId('banner').replaceChildren(...lines);
  byId('banner').hidden = lines.length === 0;
}

/** How many changes wait to be saved. */
function showState() {
  const count = draft.changes.length;
  byId('bar').hidden = count === 0;
  byId('count').textContent = count === 1 ? '1 unsaved change' : `${count} unsaved changes`;
}

/** Opens what is around a field, and goes there. @param {string} name */
function reveal(name) {
  const found = placeOf(name);
  if (found === null) return;
  for (
    let outer = found.closest('details');
    outer !== null;
    outer = outer.parentElement?.closest('details') ?? null
  ) {
    outer.open = true;
  }
  const target = found.matches('details')
    ? found.querySelector('summary')
    : found.querySelector('input, select, textarea, button');
  if (target instanceof HTMLElement) target.focus();
}

/** The field of a value, or the innermost table around it. @param {string} name */
function placeOf(name) {
  for (let path = name; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const found = document.querySelector(
      `#form [data-path=${CSS.escape(path)}].field, #form [data-path=${CSS.escape(path)}]`,
    );
    if (found !== null) return found;
  }
  return null;
}

/** @param {readonly Change[]} changes @param {number} revision */
async function send(changes, revision) {
  const why = byId('why');
  const reason = why instanceof HTMLInputElement && why.value !== '' ? { why: why.value } : {};
  await ask('PATCH', '/api/v1/config', { changes, expectedRevision: revision, ...reason });
  if (why instanceof HTMLInputElement) why.value = '';
}

async function save() {
  if (isBusy) return;
  isBusy = true;
  clearProblems();
  try {
    await saved();
  } catch (error) {
    if (error instanceof Failure && error.code === 'CONFIG_INVALID') showProblems(error);
    else tellTrouble(error);
  }
  isBusy = false;
}

async function saved() {
  for (;;) {
    const { changes, report } = draft;
    if (changes.length === 0) return;
    try {
      await send(changes, report.revision);
      draft = new Draft(report);
      await load();
      byId('trouble').textContent = '';
      byId('saved').textContent = 'Saved.';
      return;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'CONFIG_CONFLICT') throw error;
      if (!(await merge(error, changes))) return;
    }
  }
}

/**
 * Puts one's own changes on top of what somebody else has saved. Gives whether to save them now.
 *
 * @param {Failure} conflict
 * @param {readonly Change[]} changes
 */
async function merge(conflict, changes) {
  const before = draft.report;
  const report = /** @type {Report} */ (await ask('GET', '/api/v1/config'));
  const { clashes, theirs } = compared(changes, before.written, report.written);
  const others = theirs.map(({ path }) => ({
    path: nameOf(path),
    before: valueAt(before.written, path),
    after: valueAt(report.written, path),
  }));
  const dropped = await merged(`${conflict.message}.`, clashes, others);
  if (dropped === undefined) return false;
  draft = draft.onTopOf(
    report,
    changes.filter((change) => !dropped.includes(change)),
  );
  show();
  return draft.isChanged;
}

/** What is wrong, beside the fields that it is about. @param {Failure} error */
function showProblems({ details, message }) {
  const problems = /** @type {Problem[]} */ (details['problems'] ?? []);
  const placed = problems.filter((problem) => showProblem(problem));
  byId('trouble').textContent =
    placed.length === 0
      ? message
      : `Nothing was saved: ${problems.length === 1 ? 'one value is' : `${problems.length} values are`} not good.`;
  reveal(placed[0]?.path ?? '');
}

/** @param {Problem} problem */
function showProblem({ path = '', message }) {
  const place = placeOf(path);
  if (place === null) return false;
  const own = place.querySelector(':scope > .problem');
  const line = own instanceof HTMLElement ? own : make('p', { class: 'problem bad' });
  if (own === null) place.prepend(line);
  line.hidden = false;
  line.textContent = line.textContent === '' ? message : `${line.textContent}; ${message}`;
  place.classList.add('wrong');
  place.querySelector('input, select, textarea')?.setAttribute('aria-invalid', 'true');
  return true;
}

function clearProblems() {
  byId('saved').textContent = '';
  tellTrouble();
  for (const each of document.querySelectorAll('#form .problem')) {
    if (each.id === '') each.remove();
    else {
      each.textContent = '';
      each.setAttribute('hidden', '');
    }
  }
  for (const each of document.querySelectorAll('#form .wrong')) each.classList.remove('wrong');
  for (const each of document.querySelectorAll('[aria-invalid]'))
    each.removeAttribute('aria-invalid');
}

function discard() {
  draft = new Draft(draft.report);
  clearProblems();
  show();
}

/** Notices what others have saved; what is being changed here waits until it is saved. */
async function look() {
  if (document.hidden || isBusy || schema === undefined) return;
  try {
    const report = /** @type {Report} */ (await ask('GET', '/api/v1/config'));
    if (report.revision === draft.report.revision || isBusy) return;
    if (draft.isChanged) {
      byId('saved').textContent = 'Somebody else has saved meanwhile; you are asked when you save.';
    } else await load();
  } catch (error) {
    tellTrouble(error);
  }
}

byId('save').addEventListener('click', () => void save());
byId('discard').addEventListener('click', discard);
document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return;
  event.preventDefault();
  void save();
});
window.addEventListener('beforeunload', (event) => {
  if (draft.isChanged) event.preventDefault();
});
whenEntered(() => void load());
document.addEventListener('visibilitychange', () => void look());
setInterval(() => void look(), lookEveryMs);
void load();
