/** Values of counter mode. Maker's parameter list, DDE 130. */
const counterMode = { off: 0, up: 1, batch: 2 };

/** Counts what has flowed. */
export class FlowCounter {
  /** In {@link unit}. */
  value = 0;
  mode: number = counterMode.up;
  /** Where a batch ends. */
  limit = 0;
  unit = 'ln';
  /** Whether the end of a batch puts the setpoint to {@link newSetpoint}. */
  setpointMode = 0;
  newSetpoint = 0;
  #isFull = false;
  #isNew = false;

  /** Whether a batch has come to its limit. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** What to set the setpoint to because a batch ended; once for each. */
  takeNewSetpoint(): number | undefined {
    const isDue = this.#isNew && this.setpointMode === 1;
    this.#isNew = false;
    return isDue ? this.newSetpoint : undefined;
  }

  add(amount: number): void {
    if (this.mode === counterMode.off) return;
    const isBatch = this.mode === counterMode.batch;
    this.value = isBatch ? Math.min(this.value + amount, this.limit) : this.value + amount;
    const isFull = isBatch && this.value >= this.limit;
    if (isFull && !this.#isFull) this.#isNew = true;
    this.#isFull = isFull;
  }

  reset(): void {
    this.value = 0;
    this.#isFull = false;
  }

  /** Resets it and stops counting. */
  switchOff(): void {
    this.reset();
    this.mode = counterMode.off;
  }
}
