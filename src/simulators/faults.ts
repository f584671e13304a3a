/** What goes wrong with one reply. */
export type Fault =
  /** No reply at all. */
  | { readonly kind: 'drop' }
  /** Some bytes are flipped. */
  | { readonly kind: 'garble' }
  /** The reply comes so much later. Beyond the master's timeout it is a late one. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The frame says another length than it has. */
  | { readonly kind: 'wrong-length' }
  /** The reply comes twice. */
  | { readonly kind: 'duplicate' }
  /** Bytes that are no frame come before the reply. */
  | { readonly kind: 'noise' }
  /** The cable is pulled before the reply, and plugged in again after a while. */
  | { readonly kind: 'unplug'; readonly backAfterMs: number };

/** Which replies it goes wrong with. */
export interface FaultRule {
  readonly fault: Fault;
  /** Only those of this node. @default all */
  readonly node?: number;
  /** Each with this probability, 0 to 1. @default 1 */
  readonly probability?: number;
  /** So many times, then never again. @default without end */
  readonly times?: number;
}

interface ArmedRule extends FaultRule {
  left: number;
}

/** Draws a number from 0 up to 1. */
export type Random = () => number;

/** Numbers that a seed decides (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Decides for each reply what goes wrong with it. */
export class FaultPlan {
  readonly #random: Random;
  #rules: ArmedRule[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule, left: rule.times ?? Infinity });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault for the next reply of a node, if it has one. */
  next(node: number): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.left <= 0 || (rule.node !== undefined && rule.node !== node)) continue;
      if (this.#random() >= (rule.probability ?? 1)) continue;
      rule.left -= 1;
      return rule.fault;
    }
    return undefined;
  }

  /** Flips one to three bytes. */
  garble(bytes: Uint8Array): Uint8Array {
    const garbled = bytes.slice();
    const flips = 1 + Math.floor(this.#random() * 3);
    for (let flip = 0; flip < flips; flip += 1) {
      const at = Math.floor(this.#random() * garbled.length);
      garbled[at] = (garbled[at] ?? 0) ^ (1 + Math.floor(this.#random() * 255));
    }
    return garbled;
  }

  /** Up to eight bytes at random. */
  noise(): Uint8Array {
    return Uint8Array.from({ length: 1 + Math.floor(this.#random() * 8) }, () =>
      Math.floor(this.#random() * 256),
    );
  }
}
