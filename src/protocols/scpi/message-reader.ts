import { ProgramMessageReader } from './program-message-reader.ts';
import type { HeldMessage, ScpiMessageOptions } from './program-message-reader.ts';

/** Cuts a client's bytes into program messages, as {@link ProgramMessageReader}; all are held whole. */
export class ScpiMessageReader {
  readonly #reader: ProgramMessageReader;

  constructor(options: ScpiMessageOptions = {}) {
    this.#reader = new ProgramMessageReader({ ...options, heldBytesMost: Infinity });
  }

  /** Whether a message has begun and is not complete. */
  get isInside(): boolean {
    return this.#reader.isInside;
  }

  /** Takes the next bytes. Never throws. @param end marks the end of a message where links know it */
  push(data: Uint8Array, end = false): HeldMessage[] {
    return this.#reader.push(data, end).filter((message) => message.kind !== 'long');
  }

  /** Forgets the message that has begun. */
  clear(): void {
    this.#reader.clear();
  }
}

/** Whether a message asks for a response. */
export function isQuery(message: string): boolean {
  const [first] = new ScpiMessageReader().push(new TextEncoder().encode(message), true);
  return first?.kind === 'message' && first.isQuery;
}
