import { errorText } from './error-text.ts';

/**
 * Shows on the line of trouble of a page what is wrong, or that nothing is. A page that has been left
 * has no such line any more.
 */
export function tellTrouble(error?: unknown): void {
  const line = document.getElementById('trouble');
  if (line !== null) line.textContent = error === undefined ? '' : errorText(error);
}
