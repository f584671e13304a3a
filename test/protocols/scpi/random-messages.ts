/** A message that is known, because it was put together here. */
export interface KnownMessage {
  readonly text: string;
  readonly isQuery: boolean;
}

/** What makes a message hard to read when it stands where it means nothing. */
const awkward = '?\n;#"\',\r #15#0';

/** Program messages and responses that a generator of random numbers decides. */
export class RandomMessages {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  /** One to three units. */
  program(): KnownMessage {
    const units = Array.from({ length: 1 + this.below(3) }, () => this.#unit());
    return {
      text: units.map(({ text }) => text).join(';'),
      isQuery: units.some(({ isQuery }) => isQuery),
    };
  }

  /** Values with commas or semicolons between them. */
  response(): string {
    const values = Array.from({ length: 1 + this.below(4) }, () =>
      this.below(6) === 0 ? 'ACME Model 5.2" it\'s #1' : this.#value(['"']),
    );
    // An inch mark and a number sign inside a text of several words mean nothing behind a comma.
    return `1,${values.join(',')}`;
  }

  /** Any bytes. */
  garbage(): string {
    return this.#anything(this.below(40));
  }

  cut(stream: string): string[] {
    const pieces: string[] = [];
    for (let at = 0; at < stream.length;) {
      const length = 1 + this.below(this.below(2) === 0 ? 4 : 60);
      pieces.push(stream.slice(at, at + length));
      at += length;
    }
    return pieces;
  }

  #unit(): KnownMessage {
    const header = ['*IDN', 'MEAS:VOLT', ':SOUR2:FREQ', 'CH#1:STAT'][this.below(4)] ?? '';
    const isQuery = this.below(3) === 0;
    const values = Array.from({ length: this.below(3) }, () => this.#value(['"', "'"]));
    const parameters = values.length === 0 ? '' : ` ${values.join(',')}`;
    return { text: `${header}${isQuery ? '?' : ''}${parameters}`, isQuery };
  }

  #value(quotes: readonly string[]): string {
    switch (this.below(5)) {
      case 0:
        return String(this.below(1_000_000) / 100);
      case 1:
        return ['MAX', 'CH1', '(@101:104)', '#HFF', '#Q17'][this.below(5)] ?? '';
      case 2: {
        const quote = quotes[this.below(quotes.length)] ?? '"';
        return quote + this.#anything(this.below(12)).replaceAll(quote, quote + quote) + quote;
      }
      case 3: {
        const data = this.#anything(this.below(30));
        const digits = String(data.length);
        return `#${digits.length}${digits}${data}`;
      }
      default:
        return "Probe #15's";
    }
  }

  #anything(length: number): string {
    return Array.from({ length }, () =>
      this.below(2) === 0
        ? (awkward[this.below(awkward.length)] ?? '')
        : String.fromCodePoint(this.below(256)),
    ).join('');
  }
}
