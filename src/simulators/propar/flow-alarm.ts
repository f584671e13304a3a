import { fullScale } from './flow-loop.ts';

/** Bits of alarm info. Maker's parameter list, DDE 28. */
export const alarmBits = { minimum: 4, maximum: 8, batch: 16, powerUpOrResponse: 32 } as const;

/** Values of alarm mode. Maker's parameter list, DDE 118. */
const alarmMode = { off: 0, limits: 1, response: 2, powerUp: 3 };
/** Bits of reset enable. Maker's parameter list, DDE 156. */
const resetBy = { bus: 4, itself: 8 };

/** The alarms of one channel. */
export class FlowAlarm {
  /** Raw values; with mode 2 distances from the setpoint. */
  maximum: number = fullScale;
  minimum = 0;
  mode = 0;
  /** The condition has to last so many seconds. */
  delay = 0;
  resetEnable = 15;
  /** Whether an alarm puts the setpoint to {@link newSetpoint}. */
  setpointMode = 0;
  newSetpoint = 0;
  #bits = 0;
  #sinceMs = 0;
  #isNew = false;

  /** The bits of alarm info that are set. */
  get bits(): number {
    return this.#bits;
  }

  /** What to set the setpoint to because an alarm began; once for each. */
  takeNewSetpoint(): number | undefined {
    const isDue = this.#isNew && this.setpointMode === 1;
    this.#isNew = false;
    return isDue ? this.newSetpoint : undefined;
  }

  powerUp(): void {
    if (this.mode === alarmMode.powerUp) this.#raise(alarmBits.powerUpOrResponse);
  }

  /** Looks at the flow after so much time has passed. */
  update(measured: number, setpoint: number, elapsedMs: number): void {
    const bits = this.#condition(measured, setpoint);
    if (bits === 0) {
      this.#sinceMs = 0;
      const isHeld = this.mode === alarmMode.powerUp || (this.resetEnable & resetBy.itself) === 0;
      if (!isHeld || this.mode === alarmMode.off) this.#bits = 0;
      return;
    }
    this.#sinceMs += elapsedMs;
    if (this.#sinceMs >= this.delay * 1_000) this.#raise(bits);
  }

  /** A reset over the bus. It comes again when its cause is still there. */
  reset(): void {
    if ((this.resetEnable & resetBy.bus) === 0) return;
    this.#bits = 0;
    this.#sinceMs = 0;
  }

  #raise(bits: number): void {
    if (this.#bits === 0) this.#isNew = true;
    this.#bits = bits;
  }

  #condition(measured: number, setpoint: number): number {
    const { limits, response } = alarmMode;
    if (this.mode !== limits && this.mode !== response) return 0;
    const middle = this.mode === response ? setpoint : 0;
    const low = this.mode === response ? middle - this.minimum : this.minimum;
    const bits =
      (measured < low ? alarmBits.minimum : 0) |
      (measured > middle + this.maximum ? alarmBits.maximum : 0);
    return bits === 0 || this.mode === limits ? bits : bits | alarmBits.powerUpOrResponse;
  }
}
