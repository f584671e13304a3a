import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

export { pathOf } from './path-of.ts';

/** The address of the page, without what identifies the gateway. */
const address = signal(`${location.pathname}${location.search}`);
window.addEventListener(
  'popstate',
  () => (address.value = `${location.pathname}${location.search}`),
);

/** Asked before this page is left; gives whether it may be. */
export type Leaving = (path: string) => boolean;
let leaving: Leaving | undefined;

/** The parts of the path between its slashes: `['ports', 'bus']`. */
export const pathParts: ReadonlySignal<readonly string[]> = computed(() => {
  const [path = ''] = address.value.split('?');
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
});

/** What is after the question mark. */
export const query: ReadonlySignal<URLSearchParams> = computed(
  () => new URLSearchParams(address.value.split('?')[1] ?? ''),
);

/** Shows another page, unless the one that is shown wants to be kept. */
export function navigate(path: string, options: { readonly replace?: boolean } = {}): void {
  if (path === address.value) return;
  if (leaving?.(path) === false) return;
  if (options.replace === true) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  address.value = path;
}

/** Asks before the page is left by a link. Gives how to stop asking. */
export function beforeLeaving(ask: Leaving): () => void {
  leaving = ask;
  return () => {
    if (leaving === ask) leaving = undefined;
  };
}

/** Follows a link within the dashboard without loading the page anew. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.hasAttribute('download')) return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || !isPage(url.pathname)) return;
  if (url.pathname === location.pathname && url.search === location.search && url.hash !== '')
    return;
  event.preventDefault();
  navigate(`${url.pathname}${url.search}`);
}

let isPage: (path: string) => boolean = () => false;

/** Says which paths are pages of the dashboard: links to others leave it. */
export function setPages(is: (path: string) => boolean): void {
  isPage = is;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
