/** The error queue of an instrument holds so many; then -350 takes the last place. SCPI-99, 21.8.1. */
export const errorQueueMost = 20;

/** Bits of the standard event status register. IEEE 488.2, 11.5.1. */
const eventBit = {
  operationComplete: 1,
  query: 4,
  execution: 16,
  command: 32,
  powerOn: 128,
} as const;
/** Bits of the status byte. IEEE 488.2, 11.2; SCPI-99, 9. */
const statusBit = { error: 4, output: 16, event: 32, request: 64 } as const;

/** The highest value of a register. */
export const registerMost = 255;

/** Errors that a simulated instrument makes. SCPI-99, 21.8. */
export const scpiErrors = {
  syntax: '-102,"Syntax error"',
  dataType: '-104,"Data type error"',
  parameterNotAllowed: '-108,"Parameter not allowed"',
  missingParameter: '-109,"Missing parameter"',
  invalidSuffix: '-131,"Invalid suffix"',
  invalidString: '-151,"Invalid string data"',
  invalidBlock: '-161,"Invalid block data"',
  triggerIgnored: '-211,"Trigger ignored"',
  initIgnored: '-213,"Init ignored"',
  triggerDeadlock: '-214,"Trigger deadlock"',
  outOfRange: '-222,"Data out of range"',
  tooMuchData: '-223,"Too much data"',
  illegalParameter: '-224,"Illegal parameter value"',
  staleData: '-230,"Data corrupt or stale"',
  overrun: '-363,"Input buffer overrun"',
  interrupted: '-410,"Query INTERRUPTED"',
} as const;

/** The status reporting of an IEEE 488.2 instrument. */
export class StatusRegisters {
  readonly #errors: string[] = [];
  #events: number = eventBit.powerOn;
  #eventMask = 0;
  #requestMask = 0;
  /** Whether a response waits to be sent. */
  hasOutput = false;

  get eventMask(): number {
    return this.#eventMask;
  }

  get requestMask(): number {
    return this.#requestMask;
  }

  /** @param value from 0 to {@link registerMost} */
  setEventMask(value: number): void {
    this.#eventMask = Math.round(value);
  }

  /** The same; bit 6 is ignored. */
  setRequestMask(value: number): void {
    this.#requestMask = Math.round(value) & ~statusBit.request;
  }

  get statusByte(): number {
    const summary = (this.#events & this.#eventMask) === 0 ? 0 : statusBit.event;
    const output = this.hasOutput ? statusBit.output : 0;
    const status = (this.#errors.length > 0 ? statusBit.error : 0) | output | summary;
    return status | ((status & this.#requestMask) === 0 ? 0 : statusBit.request);
  }

  get errorCount(): number {
    return this.#errors.length;
  }

  /** Reading takes the oldest error away. */
  takeError(): string {
    return this.#errors.shift() ?? '0,"No error"';
  }

  /** The same with all of them. SCPI-99, 21.8.4. */
  takeErrors(): string {
    const all = this.#errors.splice(0);
    return all.length === 0 ? this.takeError() : all.join(',');
  }

  /** Reading clears the register. */
  takeEvents(): number {
    const events = this.#events;
    this.#events = 0;
    return events;
  }

  completeOperation(): void {
    this.#events |= eventBit.operationComplete;
  }

  /** Puts an error into the queue; its number says which event it is. */
  fail(error: string): void {
    const number = Math.abs(Number.parseInt(error, 10));
    if (number < 200) this.#events |= eventBit.command;
    else if (number < 300) this.#events |= eventBit.execution;
    else if (number >= 400) this.#events |= eventBit.query;
    if (this.#errors.length < errorQueueMost) this.#errors.push(error);
    else this.#errors[errorQueueMost - 1] = '-350,"Queue overflow"';
  }

  clear(): void {
    this.#errors.length = 0;
    this.#events = 0;
  }
}
