// The players of a gateway on the page `/alarms`: signing in, and falling silent after a time.
import { byId, make } from './elements.js';
import { ask, tellTrouble } from './gateway.js';

/**
 * @typedef {{ name: string, state: 'signed-in' | 'signed-out' | 'ended', signInUrl: string }} Player
 * @typedef {{ player: string, endsAtMs: number, by: string }} SleepTimer
 */

const usualMinutes = '30';
const minutesMost = '240';

/** Shows all players, with what can be done with each. */
export async function showPlayers() {
  const [{ players }, { sleepTimers }] = await Promise.all([
    /** @type {Promise<{ players: Player[] }>} */ (ask('GET', '/api/players')),
    /** @type {Promise<{ sleepTimers: SleepTimer[] }>} */ (ask('GET', '/api/v1/sleep-timers')),
  ]);
  byId('players-part').hidden = players.length === 0;
  const shown = JSON.stringify([players.map(({ name, state }) => [name, state]), sleepTimers]);
  const list = byId('players');
  // Somebody may be typing into one that has not changed.
  if (list.dataset['shown'] === shown) return;
  list.dataset['shown'] = shown;
  const cards = players.map((player) =>
    card(
      player,
      sleepTimers.find((timer) => timer.player === player.name),
    ),
  );
  list.replaceChildren(...cards);
}

/** @param {Player} player @param {SleepTimer | undefined} timer */
function card({ name, state, signInUrl }, timer) {
  const isSignedIn = state === 'signed-in';
  return make(
    'li',
    { class: 'card', 'data-player': name },
    make('h3', {}, name),
    isSignedIn ? make('p', { class: 'good' }, 'signed in') : signIn(name, state, signInUrl),
    ...(timer === undefined ? [] : [running(timer)]),
    ...(isSignedIn && timer === undefined ? [starter(name)] : []),
  );
}

/** @param {string} name @param {Player['state']} state @param {string} url */
function signIn(name, state, url) {
  const why =
    state === 'ended'
      ? 'The sign-in has ended: it cannot ring.'
      : 'Nobody is signed in: it cannot ring.';
  // A tab of its own: what is typed here stays.
  const link = make(
    'a',
    { href: url, target: '_blank', rel: 'noopener', 'aria-label': `Sign in to ${name}` },
    state === 'ended' ? 'Sign in again' : 'Sign in',
  );
  return make('p', { class: 'bad' }, `${why} `, link);
}

/** @param {SleepTimer} timer */
function running({ player, endsAtMs, by }) {
  const stop = make(
    'button',
    { type: 'button', 'aria-label': `Let ${player} play on` },
    'Let it play on',
  );
  stop.addEventListener('click', () => act(stop, 'DELETE', player));
  const at = new Date(endsAtMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return make(
    'div',
    {},
    make(
      'p',
      { class: 'busy' },
      `silent at ${at}`,
      make('span', { class: 'soft' }, `, set by ${by}`),
    ),
    make('p', { class: 'actions' }, stop),
  );
}

/** @param {string} name */
function starter(name) {
  const minutes = make('input', {
    type: 'number',
    min: '1',
    max: minutesMost,
    required: true,
    class: 'short',
    'aria-label': `Minutes until ${name} is silent`,
  });
  minutes.value = usualMinutes;
  const start = make('button', { 'aria-label': `Start the sleep timer of ${name}` }, 'Start');
  const form = make(
    'form',
    { class: 'row' },
    make('span', {}, 'Silent after'),
    minutes,
    make('span', {}, 'minutes'),
    start,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act(start, 'POST', name, { minutes: Number(minutes.value) });
  });
  return form;
}

/**
 * @param {HTMLButtonElement} button
 * @param {'POST' | 'DELETE'} method
 * @param {string} player
 * @param {object} [body]
 */
function act(button, method, player, body) {
  button.disabled = true;
  const path = `/api/v1/players/${encodeURIComponent(player)}/sleep`;
  void ask(method, path, body)
    .then(() => tellTrouble(), tellTrouble)
    .then(showPlayers)
    .catch(tellTrouble)
    .finally(() => (button.disabled = false));
}
