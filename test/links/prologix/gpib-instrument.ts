import { setTimeout as pause } from 'node:timers/promises';

/** A part of what an instrument says. */
export interface Said {
  readonly data: Uint8Array;
  /** Whether EOI comes with its last byte. */
  readonly eoi: boolean;
}

/** An instrument on a GPIB bus, as its adapter sees it. */
export class GpibInstrument {
  /** What happened to it, in order. */
  readonly log: string[] = [];
  /** Undefined: it does not answer a serial poll. */
  statusByte: number | undefined = 0;
  /** What it answers to a message; parts may come later. */
  answer: (message: string) => readonly (Said & { readonly afterMs?: number })[];
  #output: (Said & { readonly atMs: number })[] = [];
  #message = '';
  #changed = Promise.withResolvers<void>();

  constructor(answer: GpibInstrument['answer'] = () => []) {
    this.answer = answer;
  }

  /** A message that is not over waits for its rest. IEEE 488.2: a new one drops what was not read. */
  hear(data: Uint8Array, eoi: boolean): void {
    this.#message += Buffer.from(data).toString('latin1');
    if (!eoi) return;
    const message = this.#message;
    this.#message = '';
    this.log.push(message);
    const nowMs = performance.now();
    this.#output = this.answer(message).map((said) => ({
      data: said.data,
      eoi: said.eoi,
      atMs: nowMs + (said.afterMs ?? 0),
    }));
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** What it says next; undefined when that is nothing for so long. */
  async say(timeoutMs: number): Promise<Said | undefined> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const [next] = this.#output;
      const leftMs = untilMs - performance.now();
      const waitMs = next === undefined ? leftMs : next.atMs - performance.now();
      if (next !== undefined && waitMs <= 0) {
        this.#output.shift();
        return next;
      }
      if (leftMs <= 0) return undefined;
      await Promise.race([pause(Math.min(waitMs, leftMs)), this.#changed.promise]);
    }
  }

  clear(): void {
    this.log.push('<clear>');
    this.#output = [];
    this.#message = '';
  }
}

/** A whole reply. */
export function whole(data: Uint8Array | string): readonly Said[] {
  return [{ data: typeof data === 'string' ? Buffer.from(data, 'latin1') : data, eoi: true }];
}
