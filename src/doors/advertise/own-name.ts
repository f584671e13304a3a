/** A label has no more bytes. RFC 1035, section 2.3.4. */
export const labelBytesMost = 63;

/** A name that is to be this machine's alone, and the next one where somebody else has it. */
export class OwnName {
  readonly #label: string;
  readonly #parent: string;
  readonly #suffix: (number: number) => string;
  #number = 1;

  /** @param suffix what the second and further ones end with */
  constructor(label: string, parent: string, suffix: (number: number) => string) {
    this.#label = withoutDots(label);
    this.#parent = parent;
    this.#suffix = suffix;
  }

  get name(): string {
    const suffix = this.#number === 1 ? '' : this.#suffix(this.#number);
    return `${cut(this.#label, labelBytesMost - suffix.length)}${suffix}.${this.#parent}`;
  }

  /** RFC 6762, section 9. */
  takeNext(): void {
    this.#number += 1;
  }
}

/** Names are the same in upper and lower case. RFC 6762, section 16. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A dot would part the label in two, and control characters are in none. RFC 6763, section 4.1.1. */
function withoutDots(text: string): string {
  const plain = text.replaceAll(/\.(?=\S)/g, '-').replaceAll(/[\p{Cc}.]/gu, '');
  return plain.trim() === '' ? 'unnamed' : plain.trim();
}

/** Between characters, at a number of bytes. */
export function cut(text: string, bytesMost: number): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > bytesMost) break;
    kept += character;
  }
  return kept;
}
