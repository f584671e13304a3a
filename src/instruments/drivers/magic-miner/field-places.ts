import type { FieldTexts, PageField } from './page-fields.ts';

/** A field that was on no page is looked for on all of them again after so many readings. */
export const readingsBetweenSearches = 60;

/** On which page each field is, as far as it was found. Bounded by the fields. */
export class FieldPlaces {
  readonly #pages = new Map<PageField, string>();
  /** Fields that are on no page, and how many readings it is until they are looked for again. */
  readonly #nowhere = new Map<PageField, number>();

  found(field: PageField, path: string): void {
    this.#pages.set(field, path);
    this.#nowhere.delete(field);
  }

  nowhere(fields: readonly PageField[]): void {
    for (const field of fields) {
      this.#pages.delete(field);
      this.#nowhere.set(field, readingsBetweenSearches);
    }
  }

  /** The pages where these were found, each once. */
  pagesOf(fields: readonly PageField[]): ReadonlySet<string> {
    return new Set(fields.flatMap((field) => this.#pages.get(field) ?? []));
  }

  /** Whether one that may be on some page has not been found by this reading. */
  isMissing(fields: readonly PageField[], found: FieldTexts): boolean {
    let isMissing = false;
    for (const field of fields) {
      if (found.has(field)) continue;
      const left = this.#nowhere.get(field) ?? 0;
      if (left > 0) this.#nowhere.set(field, left - 1);
      else isMissing = true;
    }
    return isMissing;
  }
}
