import { Pty } from '../../src/links/index.ts';

/** An instrument on a real terminal that answers each line that asks, outside quotes: `re LINE`. */
export class EchoLine implements AsyncDisposable {
  /** All lines that it heard, in their order. */
  readonly heard: string[] = [];
  readonly #pty: Pty;
  #unread = '';

  private constructor(pty: Pty) {
    this.#pty = pty;
    pty.onData((data) => this.#take(Buffer.from(data).toString('latin1')));
  }

  /** @param stablePath where it is to be found, too */
  static async open(stablePath?: string): Promise<EchoLine> {
    return new EchoLine(await Pty.open(stablePath === undefined ? {} : { stablePath }));
  }

  get path(): string {
    return this.#pty.path;
  }

  #take(text: string): void {
    const lines = (this.#unread + text).split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) {
      this.heard.push(line);
      const asks = line.replaceAll(/'[^']*'/g, '').includes('?');
      if (asks) void this.#pty.write(Buffer.from(`re ${line}\n`, 'latin1'));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pty.close();
  }
}
