import { concatenate } from '../../../../src/protocols/index.ts';
import { mayAnswer } from './answer-check.ts';
import { encodeFrame, FrameFinder } from './frame-finder.ts';
import type { FoundFrame } from './frame-finder.ts';

/** Judges what one client hears by what it said. */
export class ClientJudge {
  readonly #said = new FrameFinder();
  readonly #heard = new FrameFinder();
  #asked: FoundFrame[] = [];
  /** Answers come in the order of their requests, so all before it are done with. */
  #next = 0;
  #bytes: Uint8Array[] = [];
  #answers: FoundFrame[] = [];

  /** The client says something; gives what it asks by that. */
  said(data: Uint8Array): FoundFrame[] {
    const asked = this.#said.push(data).filter(({ frame }) => frame.errorCode === undefined);
    this.#asked.push(...asked);
    return asked;
  }

  /** The client hears something. @throws Error when it is not an answer that it may hear now */
  heard(data: Uint8Array): void {
    this.#bytes.push(Uint8Array.from(data));
    for (const answer of this.#heard.push(data)) {
      this.#answers.push(answer);
      const offset = this.#asked.slice(this.#next).findIndex((each) => mayAnswer(each, answer));
      if (offset < 0) {
        throw new Error(`it heard ${hex(encodeFrame(answer))}, which answers nothing it asked`);
      }
      this.#next += offset + 1;
    }
  }

  /** The newest answer. */
  get last(): Uint8Array {
    const answer = this.#answers.at(-1);
    return answer === undefined ? new Uint8Array() : encodeFrame(answer);
  }

  /** All that was asked is answered or never will be. @throws Error when it heard more than answers */
  rest(): void {
    const heard = hex(concatenate(this.#bytes));
    const answers = hex(concatenate(this.#answers.map(encodeFrame)));
    this.#asked = [];
    this.#next = 0;
    this.#bytes = [];
    this.#answers = [];
    if (heard !== answers) throw new Error(`it heard ${heard}, which is not only ${answers}`);
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
