import type { ProparEvent } from '../../../src/protocols/index.ts';

/** Anything that finds frames in a stream. */
export interface FrameFinder {
  push(chunk: Uint8Array): ProparEvent[];
  readonly isInside: boolean;
}

/** What a reader can get wrong. */
export const faults = [
  'keeps both of a doubled DLE',
  'ignores the length',
  'does not begin anew at DLE STX',
  'stays in a frame that broke off',
  'forgets what came before a chunk',
  'gathers a frame without end for ever',
  'throws on a frame that is too short',
  'takes an ETX without its DLE',
  'takes an error frame for a message',
] as const;

export type Fault = (typeof faults)[number];

/** A plain reader of binary frames that has one fault, or none. */
export class BrokenReader implements FrameFinder {
  readonly #fault: Fault | undefined;
  #content: number[] | undefined;
  #escaped = false;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  get isInside(): boolean {
    return this.#content !== undefined;
  }

  push(chunk: Uint8Array): ProparEvent[] {
    if (this.#fault === 'forgets what came before a chunk') this.#content = undefined;
    return Array.from(chunk).flatMap((byte) => this.#take(byte));
  }

  #take(byte: number): ProparEvent[] {
    if (this.#escaped) return this.#takeEscaped(byte);
    if (byte === 0x10) {
      this.#escaped = true;
      return [];
    }
    if (byte === 0x03 && this.#fault === 'takes an ETX without its DLE') return this.#finish();
    this.#add(byte);
    return [];
  }

  #takeEscaped(byte: number): ProparEvent[] {
    this.#escaped = false;
    if (byte === 0x02) {
      const isDeaf = this.#fault === 'does not begin anew at DLE STX';
      if (!isDeaf || this.#content === undefined) this.#content = [];
      return [];
    }
    if (byte === 0x03) return this.#finish();
    if (byte === 0x10) {
      this.#add(byte);
      if (this.#fault === 'keeps both of a doubled DLE') this.#add(byte);
    } else if (this.#fault !== 'stays in a frame that broke off') this.#content = undefined;
    return [];
  }

  #add(byte: number): void {
    this.#content?.push(byte);
    if (this.#fault === 'gathers a frame without end for ever') return;
    if ((this.#content?.length ?? 0) > 258) this.#content = undefined;
  }

  #finish(): ProparEvent[] {
    const [sequence, node, length, ...data] = this.#content ?? [];
    const isFrame = this.#content !== undefined;
    this.#content = undefined;
    if (sequence === undefined || node === undefined || length === undefined) {
      if (isFrame && this.#fault === 'throws on a frame that is too short') throw new RangeError();
      return [];
    }
    const [errorCode] = data;
    const isError = length === 0 && data.length === 1 && errorCode !== undefined;
    if (isError && this.#fault !== 'takes an error frame for a message') {
      return [frame({ sequence, node, data: new Uint8Array(), errorCode })];
    }
    const isWhole = isError || this.#fault === 'ignores the length' || length === data.length;
    if (!isWhole || data.length === 0) return [];
    return [frame({ sequence, node, data: Uint8Array.from(data) })];
  }
}

function frame(found: Extract<ProparEvent, { kind: 'frame' }>['frame']): ProparEvent {
  return { kind: 'frame', frame: found };
}
