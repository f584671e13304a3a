import { SignalboxError } from '../kernel/index.ts';
import type { Fault, FaultRule, FaultsAtStart } from './faults.ts';
import type { Random } from './seeded-random.ts';

/** A plan holds so many rules; one more is refused. Used up rules make room. */
export const faultRulesMost = 1_000;

/** Bytes of noise before a reply, at the most. */
const noiseBytesMost = 8;
const flippedBytesMost = 3;

/** What goes wrong on any wire. */
const wireFaultKinds: readonly Fault['kind'][] = [
  'drop',
  'garble',
  'delay',
  'wrong-length',
  'duplicate',
  'noise',
  'unplug',
];

interface ArmedRule extends FaultRule {
  left: number;
  /** So many replies are let through before. */
  spared: number;
}

/** Decides for each reply what goes wrong with it: the first rule that applies. */
export class FaultPlan {
  readonly #random: Random;
  readonly #kinds: readonly Fault['kind'][];
  readonly #silent = new Set<number>();
  #rules: ArmedRule[] = [];

  /**
   * @param kinds what can go wrong with this simulator. @default what can on any wire
   * @throws BAD_ARGUMENT as `add` does
   */
  constructor(
    random: Random,
    { faults = [], silentNodes = [] }: FaultsAtStart = {},
    kinds: readonly Fault['kind'][] = wireFaultKinds,
  ) {
    this.#random = random;
    this.#kinds = kinds;
    for (const rule of faults) this.add(rule);
    for (const node of silentNodes) this.silence(node, true);
  }

  /** @throws BAD_ARGUMENT for numbers that make no sense, a fault that the simulator has not, or more rules than {@link faultRulesMost} */
  add(rule: FaultRule): void {
    checkRule(rule);
    if (!this.#kinds.includes(rule.fault.kind)) {
      const text = `a fault '${rule.fault.kind}' is none of this simulator; it has ${this.#kinds.join(', ')}`;
      throw new SignalboxError('BAD_ARGUMENT', text);
    }
    if (this.#rules.length >= faultRulesMost) {
      throw new SignalboxError('BAD_ARGUMENT', `a simulator holds ${faultRulesMost} fault rules`);
    }
    const { times = Infinity, after = 0 } = rule;
    this.#rules.push({ ...rule, left: times, spared: after });
  }

  /** Takes all rules away. Silent nodes stay silent. */
  clear(): void {
    this.#rules = [];
  }

  /** Makes a node answer nothing any more, or again. */
  silence(node: number, isSilent: boolean): void {
    if (isSilent) this.#silent.add(node);
    else this.#silent.delete(node);
  }

  isSilent(node: number): boolean {
    return this.#silent.has(node);
  }

  /** The fault for the next reply of a node, if it has one. */
  next(node: number): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.node !== undefined && rule.node !== node) continue;
      if (rule.spared > 0) {
        rule.spared -= 1;
        continue;
      }
      if (this.#random() >= (rule.probability ?? 1)) continue;
      rule.left -= 1;
      if (rule.left <= 0) this.#rules = this.#rules.filter((other) => other !== rule);
      return rule.fault;
    }
    return undefined;
  }

  /** Flips one to three bytes; at least one differs from what it was. */
  garble(bytes: Uint8Array): Uint8Array {
    const garbled = bytes.slice();
    const flips = Math.min(this.#upTo(flippedBytesMost), garbled.length);
    const places = new Set<number>();
    while (places.size < flips) places.add(Math.floor(this.#random() * garbled.length));
    for (const at of places) garbled[at] = (garbled[at] ?? 0) ^ this.#upTo(255);
    return garbled;
  }

  /** One to eight bytes at random. */
  noise(): Uint8Array {
    return Uint8Array.from({ length: this.#upTo(noiseBytesMost) }, () => this.#upTo(256) - 1);
  }

  /** From 1 to a number, both included. */
  #upTo(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }
}

function checkRule({ fault, after = 0, probability = 1, times = Infinity }: FaultRule): void {
  const delayMs =
    fault.kind === 'delay' ? fault.delayMs : fault.kind === 'unplug' ? fault.backAfterMs : 0;
  const isGood = delayMs >= 0 && after >= 0 && probability >= 0 && probability <= 1 && times >= 1;
  if (isGood) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `a fault '${fault.kind}' with ${delayMs} ms, after ${after} (0 or more), probability ${probability} (0 to 1) and ${times} times (1 or more) makes no sense`,
  );
}
