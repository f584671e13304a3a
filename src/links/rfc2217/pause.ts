/** Something that may have to be waited for: open at first, closed and opened again by others. */
export class Pause {
  #passing: PromiseWithResolvers<void> | undefined;

  get isOn(): boolean {
    return this.#passing !== undefined;
  }

  begin(): void {
    this.#passing ??= Promise.withResolvers<void>();
  }

  end(): void {
    this.#passing?.resolve();
    this.#passing = undefined;
  }

  /** Resolves when there is no pause. */
  async wait(): Promise<void> {
    while (this.#passing !== undefined) await this.#passing.promise;
  }
}
