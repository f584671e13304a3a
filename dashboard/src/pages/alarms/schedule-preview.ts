// Shows when something would run, while it is being typed.
import type { Gateway } from '../../gateway/gateway.ts';
import { byId, make } from '../../parts/elements.ts';
import { errorText } from '../../parts/error-text.ts';

/** Typing is over after so long. */
const pauseMs = 300;

/** Follows the fields of the form `#preview`, until the page is left. */
export function previewWhileTyping(gateway: Gateway, signal: AbortSignal): void {
  const cron = byId('preview-cron') as HTMLInputElement;
  const zone = byId('preview-zone') as HTMLInputElement;
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = async (): Promise<void> => {
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
    let shown: readonly Node[];
    try {
      const next = await gateway.client.value.schedules.preview(rule, { signal });
      shown = next.map(({ at }) => make('li', {}, at.replace('T', ' ')));
      if (shown.length === 0)
        shown = [make('li', { class: 'bad' }, 'No such time comes any more.')];
    } catch (error) {
      shown = [make('li', { class: 'bad' }, errorText(error))];
    }
    // An answer to what was typed before comes too late.
    if (mine === asked) times.replaceChildren(...shown);
  };
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  byId('preview').addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void show(), pauseMs);
  });
  byId('preview').addEventListener('submit', (event) => {
    event.preventDefault();
    void show();
  });
}
