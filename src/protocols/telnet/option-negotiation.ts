import { encodeNegotiation } from './encode.ts';
import type { TelnetVerb } from './codes.ts';

/** Who does what an option stands for: we, or the other side. */
export type TelnetSide = 'local' | 'remote';

/** Which options may be on when the other side wants it. */
export interface TelnetOptionPolicy {
  /** What we do when asked to. @default nothing */
  readonly local?: readonly number[];
  /** What the other side may do when it offers to. @default nothing */
  readonly remote?: readonly number[];
}

/** An option that was turned on or off. */
export interface TelnetOptionChange {
  readonly side: TelnetSide;
  readonly option: number;
  readonly isOn: boolean;
}

/** What is to be sent, and what changed. */
export interface TelnetNegotiationResult {
  readonly reply: Uint8Array;
  readonly change?: TelnetOptionChange;
}

/**
 * Where one option of one side stands. `asked-*`: we asked, and wait for the answer; `*-then-*`: we
 * changed our mind meanwhile, and ask the opposite when it comes.
 */
type State = 'off' | 'on' | 'asked-on' | 'asked-off' | 'asked-on-then-off' | 'asked-off-then-on';

interface Step {
  readonly next: State;
  /** What to tell the other side. */
  readonly say?: boolean;
}

/** The other side turns it on, or agrees that it is on; RFC 1143, section 7, receipt of WILL. */
const afterYes: Readonly<Record<Exclude<State, 'off'>, Step>> = {
  on: { next: 'on' },
  'asked-on': { next: 'on' },
  // An answer that is no answer: nobody can be made to leave it on.
  'asked-off': { next: 'off' },
  'asked-off-then-on': { next: 'on' },
  'asked-on-then-off': { next: 'asked-off', say: false },
};

/** The other side turns it off, or refuses; RFC 1143, section 7, receipt of WONT. */
const afterNo: Readonly<Record<State, Step>> = {
  off: { next: 'off' },
  on: { next: 'off', say: false },
  'asked-on': { next: 'off' },
  'asked-off': { next: 'off' },
  'asked-off-then-on': { next: 'asked-on', say: true },
  'asked-on-then-off': { next: 'off' },
};

/** We want it on; RFC 1143, section 7. */
const afterAskOn: Readonly<Record<State, Step>> = {
  off: { next: 'asked-on', say: true },
  on: { next: 'on' },
  'asked-on': { next: 'asked-on' },
  'asked-off': { next: 'asked-off-then-on' },
  'asked-off-then-on': { next: 'asked-off-then-on' },
  'asked-on-then-off': { next: 'asked-on' },
};

/** We want it off; RFC 1143, section 7. */
const afterAskOff: Readonly<Record<State, Step>> = {
  off: { next: 'off' },
  on: { next: 'asked-off', say: false },
  'asked-on': { next: 'asked-on-then-off' },
  'asked-off': { next: 'asked-off' },
  'asked-off-then-on': { next: 'asked-off' },
  'asked-on-then-off': { next: 'asked-on-then-off' },
};

const nothing = new Uint8Array();

/**
 * Agrees with the other side on options so that no sequence of messages makes the two go on for ever:
 * what is so already is not answered, and nothing is asked again before the answer came. RFC 1143.
 */
export class TelnetOptionNegotiation {
  readonly #allowed: Readonly<Record<TelnetSide, ReadonlySet<number>>>;
  readonly #states: Readonly<Record<TelnetSide, Map<number, State>>> = {
    local: new Map(),
    remote: new Map(),
  };

  constructor(policy: TelnetOptionPolicy = {}) {
    this.#allowed = { local: new Set(policy.local), remote: new Set(policy.remote) };
  }

  /** Whether an option is on: both sides agreed. */
  isOn(side: TelnetSide, option: number): boolean {
    return isOn(this.#stateOf(side, option));
  }

  /** Whether an answer to what we asked is still to come. */
  isPending(side: TelnetSide, option: number): boolean {
    const state = this.#stateOf(side, option);
    return state !== 'on' && state !== 'off';
  }

  /** Asks for an option to be turned on or off. @returns what to send: nothing when it is so already */
  ask(side: TelnetSide, option: number, on: boolean): TelnetNegotiationResult {
    const table = on ? afterAskOn : afterAskOff;
    return this.#go(side, option, table[this.#stateOf(side, option)]);
  }

  /** Takes what the other side says. @returns what to send back, if anything */
  receive(verb: TelnetVerb, option: number): TelnetNegotiationResult {
    // WILL and WONT are said of what the sender does, DO and DONT of what the receiver does.
    const side = verb === 'will' || verb === 'wont' ? 'remote' : 'local';
    const state = this.#stateOf(side, option);
    if (verb === 'wont' || verb === 'dont') return this.#go(side, option, afterNo[state]);
    if (state !== 'off') return this.#go(side, option, afterYes[state]);
    const isAllowed = this.#allowed[side].has(option);
    return this.#go(side, option, { next: isAllowed ? 'on' : 'off', say: isAllowed });
  }

  #go(side: TelnetSide, option: number, { next, say }: Step): TelnetNegotiationResult {
    const wasOn = this.isOn(side, option);
    // An option that is off takes no memory, so that offers of all 256 of them leave nothing behind.
    if (next === 'off') this.#states[side].delete(option);
    else this.#states[side].set(option, next);
    const reply = say === undefined ? nothing : encodeNegotiation(verbOf(side, say), option);
    return isOn(next) === wasOn ? { reply } : { reply, change: { side, option, isOn: !wasOn } };
  }

  #stateOf(side: TelnetSide, option: number): State {
    return this.#states[side].get(option) ?? 'off';
  }
}

function isOn(state: State): boolean {
  return state === 'on';
}

function verbOf(side: TelnetSide, on: boolean): TelnetVerb {
  if (side === 'local') return on ? 'will' : 'wont';
  return on ? 'do' : 'dont';
}
