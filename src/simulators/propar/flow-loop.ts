/** Raw values of measure and setpoint at 100 %. Manual 9.17.027, measure and setpoint. */
export const fullScale = 32_000;
/** The highest setpoint: 102.4 %. */
export const setpointMost = 32_767;
/** What flows through a valve that is fully open: 130 %. */
const purgeFlow = 41_600;
/** Zeroing takes so long, then control mode is what it was. */
export const zeroingMs = 2_000;
/** Time is simulated in steps of at least so long, and at most so many at once. */
const stepMs = 20;
const stepsMost = 500;

/** Values of control mode that do not follow the setpoint of the bus. Maker's parameter list, DDE 12. */
const controlMode = {
  analog: 1,
  slave: 2,
  closed: 3,
  idle: 4,
  full: 7,
  purge: 8,
  calibration: 9,
  analogSlave: 10,
  zero: 12,
  slaveByAnalog: 13,
  valve: 20,
  analogValve: 21,
  safe: 22,
};

export interface FlowLoopOptions {
  /** The measured flow follows the setpoint with this time constant. */
  readonly lagMs: number;
  /** What a slave is to follow: the flow of its master times its factor, raw. */
  readonly masterOutput: () => number;
}

/** The control loop of one channel: setpoint, slope, valve, flow. All in raw values. */
export class FlowLoop {
  readonly #lagMs: number;
  readonly #masterOutput: () => number;
  setpoint = 0;
  /** Tenths of a second for a step of 100 %; 0 jumps. Maker's parameter list, DDE 10. */
  slope = 0;
  #mode = 0;
  #modeBefore = 0;
  #ramped = 0;
  #measured = 0;
  #valve = 0;
  #zeroingLeftMs = 0;

  constructor({ lagMs, masterOutput }: FlowLoopOptions) {
    this.#lagMs = lagMs;
    this.#masterOutput = masterOutput;
  }

  get measured(): number {
    return this.#measured;
  }

  /** How far the valve is open, 0 to 1. */
  get valve(): number {
    return this.#valve / purgeFlow;
  }

  /** Only an idle controller leaves the valve where it is put. */
  set valve(share: number) {
    if (this.#mode === controlMode.idle) this.#valve = share * purgeFlow;
  }

  get mode(): number {
    return this.#mode;
  }

  set mode(mode: number) {
    if (mode === controlMode.calibration && this.#mode !== mode) this.#modeBefore = this.#mode;
    this.#mode = mode;
  }

  /** Begins to find the zero point, if control mode lets it. */
  startZeroing(): void {
    if (this.#mode === controlMode.calibration) this.#zeroingLeftMs = zeroingMs;
  }

  /** Lets time pass. */
  advance(elapsedMs: number): void {
    let leftMs = elapsedMs;
    const pieceMs = Math.max(stepMs, elapsedMs / stepsMost);
    while (leftMs > 0) {
      const nowMs = Math.min(pieceMs, leftMs);
      this.#step(nowMs);
      leftMs -= nowMs;
    }
  }

  #step(ms: number): void {
    if (this.#zeroingLeftMs > 0) {
      this.#zeroingLeftMs -= ms;
      if (this.#zeroingLeftMs <= 0 && this.#mode === controlMode.calibration) {
        this.#mode = this.#modeBefore;
      }
    }
    this.#valve = this.#target(ms);
    this.#measured += (this.#valve - this.#measured) * (1 - Math.exp(-ms / this.#lagMs));
  }

  #target(ms: number): number {
    switch (this.#mode) {
      case controlMode.closed:
      case controlMode.zero:
      case controlMode.safe:
      // Nothing is connected to the analog input.
      case controlMode.analogValve:
      case controlMode.calibration:
        this.#ramped = 0;
        return 0;
      case controlMode.idle:
        return this.#valve;
      case controlMode.full:
        return fullScale;
      case controlMode.purge:
        return purgeFlow;
      case controlMode.valve:
        return (Math.min(this.setpoint, fullScale) / fullScale) * purgeFlow;
      case controlMode.analog:
      case controlMode.analogSlave:
      case controlMode.slaveByAnalog:
        return this.#ramp(0, ms);
      case controlMode.slave:
        return this.#ramp(Math.min(this.#masterOutput(), setpointMost), ms);
      default:
        return this.#ramp(this.setpoint, ms);
    }
  }

  #ramp(setpoint: number, ms: number): number {
    const most = this.slope === 0 ? Infinity : (ms / (this.slope * 100)) * fullScale;
    const distance = setpoint - this.#ramped;
    this.#ramped += Math.sign(distance) * Math.min(Math.abs(distance), most);
    return this.#ramped;
  }
}
