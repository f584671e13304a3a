import { SignalboxError } from '../../kernel/index.ts';
import type { AdapterListener } from './adapter.ts';

/** No answer of an adapter about itself is as long. */
const answerBytesMost = 4_096;

/** The lines that an adapter answers, up to its version: the one that is no number. */
export class AnswerLines implements AdapterListener {
  readonly #address: string;
  #text = '';
  lines: readonly string[] = [];
  version = '';

  constructor(address: string) {
    this.#address = address;
  }

  take(data: Uint8Array): boolean {
    this.#text += Buffer.from(data).toString('latin1');
    if (this.#text.length > answerBytesMost) throw this.#strange();
    if (!this.#text.endsWith('\n')) return false;
    const lines = this.#text.split(/\r?\n/).filter((line) => line !== '');
    const last = lines.at(-1);
    if (last === undefined || isNumber(last)) return false;
    this.lines = lines.slice(0, -1);
    this.version = last;
    if (!this.lines.every(isNumber)) throw this.#strange();
    return true;
  }

  #strange(): SignalboxError {
    const address = this.#address;
    return new SignalboxError(
      'LINK_PROTOCOL',
      `${address} does not answer as a Prologix adapter does`,
      {
        details: { address, answered: this.#text.slice(0, 200) },
        nextStep: 'Check that a Prologix adapter, or one that speaks as it does, is there.',
      },
    );
  }
}

/** Passes over whatever comes until the marked answers are the last: what an earlier user left. */
export class MarkedEnd implements AdapterListener {
  readonly #mark: Uint8Array;
  #last = Buffer.alloc(0);

  constructor(mark: Uint8Array) {
    this.#mark = mark;
  }

  take(data: Uint8Array): boolean {
    this.#last = Buffer.concat([this.#last, data]);
    this.#last = this.#last.subarray(Math.max(0, this.#last.length - this.#mark.length));
    return this.#last.equals(this.#mark);
  }
}

function isNumber(line: string): boolean {
  return /^\d+$/.test(line);
}
