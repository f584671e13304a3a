import { SignalboxError } from '../../kernel/index.ts';
import type { LinkFaultRule, OpenFault, TransferFault } from './link-fault.ts';
import { reportedError } from './reported-error.ts';

/** A plan holds so many rules; one more is refused. Used up rules make room. */
export const linkFaultRulesMost = 1_000;

/** Garbled bytes, at the most. */
const garbledBytesMost = 3;

interface ArmedRule {
  readonly rule: LinkFaultRule;
  toPass: number;
  left: number;
}

/** Decides for each operation of a link what goes wrong with it: the first rule that applies. */
export class LinkFaultPlan {
  readonly #random: () => number;
  #rules: ArmedRule[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  /** @throws BAD_ARGUMENT for a rule that makes no sense, or more than {@link linkFaultRulesMost} */
  add(rule: LinkFaultRule): void {
    checkRule(rule);
    if (this.#rules.length >= linkFaultRulesMost) {
      throw new SignalboxError('BAD_ARGUMENT', `a link holds ${linkFaultRulesMost} fault rules`);
    }
    this.#rules.push({ rule, toPass: rule.after ?? 0, left: rule.times ?? Infinity });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault for this operation, if it has one. */
  next(at: 'open'): OpenFault | undefined;
  next(at: 'read' | 'write'): TransferFault | undefined;
  next(at: LinkFaultRule['at']): OpenFault | TransferFault | undefined {
    for (const armed of this.#rules) {
      const { rule } = armed;
      if (rule.at !== at) continue;
      if (armed.toPass > 0) {
        armed.toPass -= 1;
        continue;
      }
      if (this.#random() >= (rule.probability ?? 1)) continue;
      armed.left -= 1;
      if (armed.left <= 0) this.#rules = this.#rules.filter((other) => other !== armed);
      return rule.fault;
    }
    return undefined;
  }

  /** Changes one to three of the bytes, each to another than it was. */
  garble(data: Uint8Array): Uint8Array {
    const garbled = new Uint8Array(data);
    const places = new Set<number>();
    const wanted = Math.min(1 + Math.floor(this.#random() * garbledBytesMost), data.length);
    while (places.size < wanted) places.add(Math.floor(this.#random() * data.length));
    for (const at of places)
      garbled[at] = (garbled[at] ?? 0) ^ (1 + Math.floor(this.#random() * 255));
    return garbled;
  }
}

function checkRule({
  at,
  fault,
  after = 0,
  probability = 1,
  times = Infinity,
}: LinkFaultRule): void {
  if (fault.kind === 'error') reportedError(fault.error, at);
  if (after >= 0 && probability >= 0 && probability <= 1 && times >= 1) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `a fault '${fault.kind}' after ${after} (0 or more), with probability ${probability} (0 to 1) and ${times} times (1 or more) makes no sense`,
  );
}
