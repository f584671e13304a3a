import { systemClock } from '../../kernel/index.ts';
import type { Timer } from '../../kernel/index.ts';
import { ScpiMessageReader } from '../../protocols/index.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';
import type { Wire, WireUser } from '../outlets/outlet.ts';
import type { WireLog } from '../wire-log.ts';
import { scpiErrors } from './status-registers.ts';
import type { StatusRegisters } from './status-registers.ts';

/** So many messages wait for their turn; further ones are lost, with error -363. */
export const waitingMessagesMost = 64;
/** What went out before a cable is pulled gets so long to arrive. */
const flushMs = 5;

/** What an instrument makes of one program message. */
export interface MeterAnswer {
  /** Absent when the message asks for nothing. One character a byte. */
  readonly response?: string;
  readonly durationMs: number;
}

/** An instrument that speaks SCPI: one message in, one response or none out. */
export interface ScpiInstrument {
  readonly status: StatusRegisters;
  handle(message: string): MeterAnswer;
}

/** What the sessions of an instrument share. */
export interface MeterShared {
  readonly meter: ScpiInstrument;
  readonly faults: FaultPlan;
  readonly log: WireLog;
  readonly isInterrupted: boolean;
  readonly terminator: string;
  unplug(backAfterMs: number): void;
}

interface PendingResponse {
  readonly timer: Timer;
  readonly drop: () => void;
}

/** The conversation of one client with an instrument. */
export class MeterSession implements WireUser {
  readonly #wire: Wire;
  readonly #shared: MeterShared;
  readonly #reader: ScpiMessageReader;
  readonly #waiting: Uint8Array[] = [];
  #pending: PendingResponse | undefined;

  constructor(wire: Wire, shared: MeterShared) {
    this.#wire = wire;
    this.#shared = shared;
    const { terminator } = shared;
    this.#reader = new ScpiMessageReader({ terminator });
  }

  receive(data: Uint8Array): void {
    const { meter, isInterrupted, log } = this.#shared;
    for (const message of this.#reader.push(data)) {
      if (message.kind === 'too-long' || this.#waiting.length >= waitingMessagesMost) {
        log.addLost();
        meter.status.fail(scpiErrors.overrun);
        continue;
      }
      if (isInterrupted && this.#pending !== undefined) {
        this.#pending.drop();
        meter.status.fail(scpiErrors.interrupted);
      }
      this.#waiting.push(message.bytes);
      this.#next();
    }
  }

  closed(): void {
    this.#waiting.length = 0;
    this.#pending?.drop();
  }

  /** Messages are carried out one after the other, each when the response before it is out. */
  #next(): void {
    while (this.#pending === undefined) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      this.#execute(request);
    }
  }

  #execute(request: Uint8Array): void {
    const { meter, faults } = this.#shared;
    const startMs = performance.now();
    const fault = faults.isSilent(0) ? ({ kind: 'drop' } as const) : faults.next(0);
    if (fault?.kind === 'unplug' && fault.moment === 'request') {
      this.#log(startMs, request, fault);
      this.#shared.unplug(fault.backAfterMs);
      return;
    }
    const { response, durationMs } = meter.handle(Buffer.from(request).toString('latin1'));
    const waitMs = durationMs + (fault?.kind === 'delay' ? fault.delayMs : 0);
    const finish = (): void => {
      this.#pending = undefined;
      this.#respond(startMs, request, response, fault);
    };
    if (waitMs === 0) {
      finish();
      return;
    }
    const timer = systemClock.schedule(waitMs, () => {
      finish();
      this.#next();
    });
    const drop = (): void => {
      timer.cancel();
      this.#pending = undefined;
      this.#log(startMs, request, { kind: 'drop' });
    };
    this.#pending = { timer, drop };
  }

  #respond(
    startMs: number,
    request: Uint8Array,
    response: string | undefined,
    fault: Fault | undefined,
  ): void {
    const isUnheard = fault?.kind === 'drop' || (fault?.kind === 'unplug' && !isMidReply(fault));
    const reply = response === undefined || isUnheard ? undefined : this.#spoil(response, fault);
    if (reply !== undefined) this.#wire.write(reply);
    this.#log(startMs, request, fault, reply);
    if (fault?.kind !== 'unplug') return;
    const { backAfterMs } = fault;
    if (reply === undefined) this.#shared.unplug(backAfterMs);
    else systemClock.schedule(flushMs, () => this.#shared.unplug(backAfterMs));
  }

  #spoil(response: string, fault: Fault | undefined): Uint8Array {
    const { faults, terminator } = this.#shared;
    const good = Buffer.from(response + terminator, 'latin1');
    switch (fault?.kind) {
      case 'garble':
        return faults.garble(good);
      case 'duplicate':
        return Buffer.concat([good, good]);
      case 'noise':
        return Buffer.concat([faults.noise(), good]);
      case 'wrong-length':
        return good.subarray(0, response.length);
      case 'unplug':
        return good.subarray(0, good.length >> 1);
      default:
        return good;
    }
  }

  #log(startMs: number, request: Uint8Array, fault?: Fault, reply?: Uint8Array): void {
    this.#shared.log.add({
      startMs,
      endMs: performance.now(),
      node: 0,
      request,
      ...(reply && { reply }),
      ...(fault && { fault: fault.kind }),
    });
  }
}

function isMidReply(fault: Extract<Fault, { kind: 'unplug' }>): boolean {
  return fault.moment === 'reply';
}
