// Shows when something would run, while it is being typed.
import { byId, make } from './elements.js';
import { ask, wordsOf } from './gateway.js';

/** Typing is over after so long. */
const pauseMs = 300;

/** Follows the fields of the form `#preview`. */
export function previewWhileTyping() {
  const cron = /** @type {HTMLInputElement} */ (byId('preview-cron'));
  const zone = /** @type {HTMLInputElement} */ (byId('preview-zone'));
  let asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const show = async () => {
    asked += 1;
    const mine = asked;
    const times = byId('preview-times');
    if (cron.value.trim() === '') {
      times.replaceChildren();
      return;
    }
    const rule = {
      cron: cron.value.trim(),
      ...(zone.value.trim() === '' ? {} : { timeZone: zone.value.trim() }),
    };
    /** @type {readonly Node[]} */
    let shown;
    try {
      const { next } = /** @type {{ next: { at: string }[] }} */ (
        await ask('POST', '/api/v1/schedules/preview', rule)
      );
      shown = next.map(({ at }) => make('li', {}, at.replace('T', ' ')));
      if (shown.length === 0)
        shown = [make('li', { class: 'bad' }, 'No such time comes any more.')];
    } catch (error) {
      shown = [make('li', { class: 'bad' }, wordsOf(error))];
    }
    // An answer to what was typed before comes too late.
    if (mine === asked) times.replaceChildren(...shown);
  };
  byId('preview').addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void show(), pauseMs);
  });
  byId('preview').addEventListener('submit', (event) => {
    event.preventDefault();
    void show();
  });
}
