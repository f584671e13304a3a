import { crc32 } from 'node:zlib';
import { Pty } from '../../src/links/index.ts';
import type { Transaction } from '../../src/ports/index.ts';
import { lineReader } from '../support/line-transaction.ts';

/** `text` as a line that shows when it was changed on its way. */
function sealed(text: string): string {
  return `${text}*${crc32(text).toString(16)}\n`;
}

/** What a line without its end says; undefined when it was changed. */
function unsealed(line: string): string | undefined {
  const text = line.slice(0, Math.max(0, line.lastIndexOf('*')));
  return sealed(text) === `${line}\n` ? text : undefined;
}

/**
 * An instrument on a real terminal: `?x` is answered with what was last set, `!x=v` with `ok`, and
 * what was changed on its way with nothing.
 */
export class LineInstrument implements AsyncDisposable {
  /** All requests that arrived whole, in their order. */
  readonly log: string[] = [];
  readonly #pty: Pty;
  readonly #values = new Map<string, string>();
  #unread = '';

  private constructor(pty: Pty) {
    this.#pty = pty;
    pty.onData((data) => this.#receive(Buffer.from(data).toString('latin1')));
    // Half a request of a client that is gone is not the beginning of the next one's.
    pty.onPresence((present) => {
      if (!present) this.#unread = '';
    });
  }

  static async open(): Promise<LineInstrument> {
    return new LineInstrument(await Pty.open());
  }

  get path(): string {
    return this.#pty.path;
  }

  #receive(text: string): void {
    const lines = (this.#unread + text).split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) this.#answer(unsealed(line));
  }

  #answer(request: string | undefined): void {
    if (request === undefined) return;
    this.log.push(request);
    const [name = '', value] = request.slice(1).split('=');
    if (value !== undefined) this.#values.set(name, value);
    const reply = value === undefined ? `${name} is ${this.#values.get(name) ?? 'unset'}` : 'ok';
    this.#pty.write(Buffer.from(sealed(reply)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pty.close();
  }
}

/** A request to a {@link LineInstrument}. */
export function request(text: string, timeoutMs: number): Transaction<string> {
  return {
    label: text,
    timeoutMs,
    repeat: text.startsWith('?') ? 'safe' : 'never',
    attempt: () => {
      const lines = lineReader();
      return {
        request: Buffer.from(sealed(text)),
        reader: {
          push: (data, end) => {
            const progress = lines.push(data, end);
            if (progress.kind !== 'done') return progress;
            const reply = unsealed(progress.reply);
            if (reply !== undefined) return { ...progress, reply };
            return { kind: 'malformed', reason: `'${progress.reply}' was changed on its way` };
          },
        },
      };
    },
  };
}
