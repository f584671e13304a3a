// The page `/`: ports, holders, queues, instruments and doors as they are now.
import { byId, duration, make, row, who } from './elements.js';
import { ask, tellTrouble, whenEntered } from './gateway.js';

/** @typedef {import('./elements.js').Owner} Owner */
/**
 * As far as this page shows it.
 *
 * @typedef {{
 *   version: string, sinceMs: number,
 *   ports: { name: string, state: string, reason?: string, address: string, serving?: { label: string },
 *     leases: { owner: Owner, scope?: string, sinceMs: number }[],
 *     queue: { owner: Owner, label: string, waitedMs: number }[] }[],
 *   instruments: { name: string, family: string, port: string, scope?: string, parameters: number,
 *     actions: { name: string }[] }[],
 *   doors: { name: string, kind: string, address: string, clients: Owner[] }[],
 * }} Status
 */

const refreshEveryMs = 1_000;
const listedMost = 20;
let isAsking = false;

/** @param {readonly string[]} items */
function list(items) {
  if (items.length === 0) return make('span', { class: 'soft' }, 'nobody');
  const shown = items.slice(0, listedMost).map((item) => make('li', {}, item));
  const more = items.length - shown.length;
  return make('ul', {}, ...shown, ...(more > 0 ? [make('li', {}, `and ${more} more`)] : []));
}

/** @type {Readonly<Record<string, string>>} */
const colours = { open: 'good', released: 'busy', opening: 'busy', recovering: 'busy' };

/** @param {Status['ports'][number]} port */
function portRow({ name, state, reason, serving, leases, queue, address }) {
  const words = state + (reason === undefined ? '' : `: ${reason}`);
  const held = leases.map(({ owner, scope, sinceMs }) => {
    const where = scope === undefined ? '' : `, ${scope}`;
    return `${who(owner)}${where}, for ${duration(Date.now() - sinceMs)}`;
  });
  const waiting = queue.map(
    ({ owner, label, waitedMs }) => `${who(owner)}: ${label}, ${duration(waitedMs)}`,
  );
  return row(name, [
    ['State', make('span', { class: colours[state] ?? 'bad' }, words)],
    ['On the wire', serving?.label ?? make('span', { class: 'soft' }, 'nothing')],
    ['Held by', list(held)],
    ['In line', list(waiting)],
    ['Link', make('code', {}, address)],
  ]);
}

/** @param {Status['instruments'][number]} instrument */
function instrumentRow({ name, family, port, scope, parameters, actions }) {
  return row(name, [
    ['Family', family],
    ['Port', port + (scope === undefined ? '' : `, ${scope}`)],
    ['Parameters', String(parameters)],
    ['Actions', actions.map((action) => action.name).join(', ') || '–'],
  ]);
}

/** @param {Status['doors'][number]} door */
function doorRow({ name, kind, address, clients }) {
  return row(name, [
    ['Kind', kind],
    ['Address', make('code', {}, address)],
    ['Inside', list(clients.map(who))],
  ]);
}

/** @param {Status} status */
function show({ version, sinceMs, ports, instruments, doors }) {
  byId('version').textContent = `${version}, running for ${duration(Date.now() - sinceMs)}`;
  byId('ports').replaceChildren(...ports.map(portRow));
  byId('instruments').replaceChildren(...instruments.map(instrumentRow));
  byId('doors').replaceChildren(...doors.map(doorRow));
}

async function refresh() {
  if (isAsking || document.hidden) return;
  isAsking = true;
  try {
    show(/** @type {Status} */ (await ask('GET', '/api/v1/status')));
    tellTrouble();
  } catch (error) {
    tellTrouble(error);
  }
  isAsking = false;
}

whenEntered(() => void refresh());
document.addEventListener('visibilitychange', () => void refresh());
setInterval(() => void refresh(), refreshEveryMs);
void refresh();
