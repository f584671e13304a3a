/** What has no name of its own any more. */
export const otherName = 'other';

/**
 * Names that become labels: those that come first keep theirs for good, all later ones are `other`. A label
 * that came and went would make counters go back.
 */
export class BoundedNames {
  readonly #most: number;
  readonly #charactersMost: number;
  readonly #names = new Set<string>();

  /** @param charactersMost longer names are cut there */
  constructor(most: number, charactersMost: number) {
    this.#most = most;
    this.#charactersMost = charactersMost;
  }

  /** The label for a name. */
  of(name: string): string {
    const label = name.slice(0, this.#charactersMost);
    if (this.#names.has(label)) return label;
    if (this.#names.size >= this.#most) return otherName;
    this.#names.add(label);
    return label;
  }
}
