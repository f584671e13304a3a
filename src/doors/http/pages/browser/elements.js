// Small helpers with which pages are put together. No markup is ever made from text: what a program or
// an instrument said cannot become a part of the page.

/** @param {string} id of an element that the page has */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, string | boolean | undefined>>} [attributes] true is an attribute without a value
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

/**
 * A row of a table: its heading, then each cell with the heading of its column.
 *
 * @param {string} head
 * @param {readonly (readonly [string, Node | string])[]} cells
 */
export function row(head, cells) {
  // Rows are blocks on a narrow screen, which would take their meaning from a screen reader.
  return make(
    'tr',
    { role: 'row' },
    make('th', { scope: 'row', role: 'rowheader' }, head),
    ...cells.map(([label, content]) => make('td', { role: 'cell', 'data-label': label }, content)),
  );
}

/**
 * A duration as people read it.
 *
 * @param {number} ms
 */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

/**
 * Who asks or holds.
 *
 * @param {Owner} owner
 * @typedef {{ program: string, pid?: number, host?: string, user?: string, door: string }} Owner
 */
export function who({ program, pid, host, door }) {
  const process = pid === undefined ? '' : ` (pid ${pid})`;
  return `${program}${process}${host === undefined ? '' : ` at ${host}`} by ${door}`;
}
