/** So many fields are counted by name; the rest as `other`. */
const fieldsMost = 100;

/** How many requests to miners were good, and what was wrong with those that were not. */
export class ValidationCounts {
  #accepted = 0;
  #refused = 0;
  readonly #byField = new Map<string, number>();

  accepted(): void {
    this.#accepted += 1;
  }

  refused(field: string): void {
    this.#refused += 1;
    const isKnown = this.#byField.has(field) || this.#byField.size < fieldsMost;
    const name = isKnown ? field : 'other';
    this.#byField.set(name, (this.#byField.get(name) ?? 0) + 1);
  }

  report(): object {
    const total = this.#accepted + this.#refused;
    return {
      total,
      accepted: this.#accepted,
      refused: this.#refused,
      success_rate: total === 0 ? 1 : this.#accepted / total,
      by_field: Object.fromEntries(this.#byField),
    };
  }
}
