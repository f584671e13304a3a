// What is wrong with values, beside the fields that it is about.
import type { SignalboxError } from '../../../../src/kernel/index.ts';
import { byId, make } from '../../parts/elements.ts';
import { sentence } from '../../parts/error-text.ts';
import { tellTrouble } from '../../parts/trouble.ts';

interface Problem {
  readonly path?: string;
  readonly message: string;
}

/** Shows what is wrong beside the fields, and goes to the first of them. */
export function showProblems({ details, message }: SignalboxError): void {
  const problems = (details['problems'] ?? []) as readonly Problem[];
  const placed = problems.filter((problem) => showProblem(problem));
  byId('trouble').textContent =
    placed.length === 0
      ? sentence(message)
      : `Nothing was saved: ${problems.length === 1 ? 'one value is' : `${problems.length} values are`} not good.`;
  reveal(placed[0]?.path ?? '');
}

/** Takes all of it away. */
export function clearProblems(): void {
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
  for (const each of document.querySelectorAll('#form [aria-invalid]'))
    each.removeAttribute('aria-invalid');
}

/** Opens what is around a field, and goes there. */
export function reveal(name: string): void {
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

/** The field of a value, or the innermost table around it. */
function placeOf(name: string): Element | null {
  for (let path = name; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const found = document.querySelector(
      `#form [data-path=${CSS.escape(path)}].field, #form [data-path=${CSS.escape(path)}]`,
    );
    if (found !== null) return found;
  }
  return null;
}

function showProblem({ path = '', message }: Problem): boolean {
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
