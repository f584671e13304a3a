// The players of a gateway on the page `/alarms`: signing in, and falling silent after a time.
import type { PlayerReport, SleepTimerReport } from '../../../../src/client/index.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { byId, make } from '../../parts/elements.ts';
import { tellTrouble } from '../../parts/trouble.ts';

const usualMinutes = '30';
const minutesMost = '240';

/** What the cards of players do their work with. */
interface Hands {
  readonly gateway: Gateway;
  /** Shows all of them again. */
  readonly shown: () => Promise<void>;
}

/** Shows all players, with what can be done with each. */
export async function showPlayers(gateway: Gateway, signal: AbortSignal): Promise<void> {
  const client = gateway.client.value;
  const [players, sleepTimers] = await Promise.all([
    client.players({ signal }),
    client.schedules.sleepTimers({ signal }),
  ]);
  if (signal.aborted) return;
  const hands: Hands = { gateway, shown: async () => await showPlayers(gateway, signal) };
  byId('players-part').hidden = players.length === 0;
  const shown = JSON.stringify([players.map(({ name, state }) => [name, state]), sleepTimers]);
  const list = byId('players');
  // Somebody may be typing into one that has not changed.
  if (list.dataset['shown'] === shown) return;
  list.dataset['shown'] = shown;
  const cards = players.map((player) =>
    card(
      hands,
      player,
      sleepTimers.find((timer) => timer.player === player.name),
    ),
  );
  list.replaceChildren(...cards);
}

function card(
  hands: Hands,
  { name, state, signInUrl }: PlayerReport,
  timer: SleepTimerReport | undefined,
): HTMLElement {
  const isSignedIn = state === 'signed-in';
  return make(
    'li',
    { class: 'card', 'data-player': name },
    make('h3', {}, name),
    isSignedIn ? make('p', { class: 'good' }, 'signed in') : signIn(name, state, signInUrl),
    ...(timer === undefined ? [] : [running(hands, timer)]),
    ...(isSignedIn && timer === undefined ? [starter(hands, name)] : []),
  );
}

function signIn(name: string, state: PlayerReport['state'], url: string): HTMLElement {
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

function running(hands: Hands, { player, endsAtMs, by }: SleepTimerReport): HTMLElement {
  const stop = make(
    'button',
    { type: 'button', 'aria-label': `Let it play on: ${player}` },
    'Let it play on',
  );
  stop.addEventListener('click', () =>
    act(hands, stop, async () => await hands.gateway.client.value.schedules.stopSleepTimer(player)),
  );
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

function starter(hands: Hands, name: string): HTMLElement {
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
    const options = { minutes: Number(minutes.value) };
    act(
      hands,
      start,
      async () => await hands.gateway.client.value.schedules.startSleepTimer(name, options),
    );
  });
  return form;
}

function act(hands: Hands, button: HTMLButtonElement, ask: () => Promise<unknown>): void {
  button.disabled = true;
  void ask()
    .then(() => tellTrouble(), tellTrouble)
    .then(hands.shown)
    .catch(tellTrouble)
    .finally(() => (button.disabled = false));
}
