// Small helpers with which pages are put together. No markup is ever made from text: what a program or
// an instrument said cannot become a part of the page.

/** @param id of an element that the page has */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Makes an element.
 * @param attributes true is an attribute without a value
 */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | boolean | undefined>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

/** A row of a table: its heading, then each cell with the heading of its column. */
export function row(
  head: string,
  cells: readonly (readonly [string, Node | string])[],
): HTMLTableRowElement {
  // Rows are blocks on a narrow screen, which would take their meaning from a screen reader.
  return make(
    'tr',
    { role: 'row' },
    make('th', { scope: 'row', role: 'rowheader' }, head),
    ...cells.map(([label, content]) => make('td', { role: 'cell', 'data-label': label }, content)),
  );
}
