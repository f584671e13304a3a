import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { pages } from './page-list.ts';
import { navigate, pathOf } from './router.ts';

/** A second key belongs to the first one for so long. */
const pairMs = 1_500;

const isOpen = signal(false);

/** Shows which keys there are. */
export function openShortcuts(): void {
  isOpen.value = true;
}

/** What lets text be typed into it keeps its keys. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !/^(?:checkbox|radio|button|range)$/.test(target.type);
  return target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName);
}

/** `g` and a letter goes to a page, `/` to the filter of the page, `?` shows all of them. */
function followKeys(): () => void {
  let firstAtMs = -Infinity;
  const pressed = (event: KeyboardEvent): void => {
    const { key, ctrlKey, metaKey, altKey, target, timeStamp } = event;
    if (ctrlKey || metaKey || altKey || isTyping(target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const isSecond = timeStamp - firstAtMs < pairMs;
    firstAtMs = key === 'g' && !isSecond ? timeStamp : -Infinity;
    if (isSecond) {
      const page = pages.find((each) => each.key === key);
      if (page === undefined) return;
      event.preventDefault();
      navigate(pathOf(page.name));
    } else if (key === '?') {
      openShortcuts();
    } else if (key === '/') {
      const filter = document.querySelector<HTMLElement>('main input[type="search"]');
      if (filter === null) return;
      event.preventDefault();
      filter.focus();
    }
  };
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}

/** Follows the keys, and tells of them when asked. */
export function Shortcuts(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(followKeys, []);
  const isShown = isOpen.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
  }, [isShown]);
  return (
    <dialog
      ref={dialog}
      class="shortcuts"
      aria-labelledby="shortcuts-title"
      onClose={() => (isOpen.value = false)}
    >
      <h2 id="shortcuts-title">Keyboard shortcuts</h2>
      <dl>
        {pages.map(({ name, key, title }) => (
          <div key={name}>
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>Filter what is listed</dd>
        </div>
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close what is open</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>This list</dd>
        </div>
      </dl>
      <form method="dialog" class="actions">
        <button>Close</button>
      </form>
    </dialog>
  );
}
