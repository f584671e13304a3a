import { BackOff, SignalboxError } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';

/** After so many unanswered requests in a row an instrument counts as offline. */
export const unansweredMost = 3;
/** The pause before the first probe of an offline instrument, and the longest between two. */
export const probeFirstMs = 1_000;
export const probeLongestMs = 30_000;

interface Circuit {
  readonly backOff: BackOff;
  unanswered: number;
  /** Set while the circuit is open. */
  open?: { readonly sinceMs: number; nextProbeMs: number; probing: boolean };
}

/** What is known of one instrument's reachability. */
export interface CircuitStatus {
  readonly state: 'online' | 'offline';
  /** Unanswered requests in a row. */
  readonly unanswered: number;
  /** Since when it is offline, ms since 1970. */
  readonly sinceMs?: number;
  readonly nextProbeInMs?: number;
}

/**
 * Keeps an instrument that does not answer from costing its neighbours its timeout again and again:
 * after {@link unansweredMost} unanswered requests in a row only one probe now and then goes out.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #circuits = new Map<string, Circuit>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The error with which a request has to be refused now, if it has to be. */
  refusal(scope: string): SignalboxError | undefined {
    const open = this.#circuits.get(scope)?.open;
    if (open === undefined) return undefined;
    const nextProbeInMs = Math.max(0, Math.ceil(open.nextProbeMs - this.#clock.monotonic()));
    if (!open.probing && nextProbeInMs === 0) return undefined;
    return new SignalboxError(
      'INSTRUMENT_OFFLINE',
      open.probing
        ? `${scope} is offline; it is being probed now`
        : `${scope} is offline; the next probe goes out in ${nextProbeInMs} ms`,
      { details: { scope, sinceMs: open.sinceMs, nextProbeInMs } },
    );
  }

  /** A request goes out: while the instrument is offline it is the probe. */
  sent(scope: string): void {
    const open = this.#circuits.get(scope)?.open;
    if (open !== undefined) open.probing = true;
  }

  /** The instrument answered, with whatever. Says whether it was offline. */
  answered(scope: string): boolean {
    const wasOffline = this.#circuits.get(scope)?.open !== undefined;
    this.#circuits.delete(scope);
    return wasOffline;
  }

  /** The request came to no answer for another reason (the link broke): a probe may go out again. */
  undecided(scope: string): void {
    const open = this.#circuits.get(scope)?.open;
    if (open !== undefined) open.probing = false;
  }

  /** The instrument did not answer. Says whether it just went offline. */
  unanswered(scope: string): boolean {
    const circuit = this.#circuits.get(scope) ?? {
      backOff: new BackOff({ firstMs: probeFirstMs, longestMs: probeLongestMs }),
      unanswered: 0,
    };
    this.#circuits.set(scope, circuit);
    circuit.unanswered += 1;
    if (circuit.unanswered < unansweredMost) return false;
    const nextProbeMs = this.#clock.monotonic() + circuit.backOff.nextMs();
    const isNew = circuit.open === undefined;
    circuit.open = {
      sinceMs: circuit.open?.sinceMs ?? this.#clock.now(),
      nextProbeMs,
      probing: false,
    };
    return isNew;
  }

  /** Whether an instrument is offline. */
  isOffline(scope: string): boolean {
    return this.#circuits.get(scope)?.open !== undefined;
  }

  status(scope: string): CircuitStatus {
    const circuit = this.#circuits.get(scope);
    if (circuit?.open === undefined) {
      return { state: 'online', unanswered: circuit?.unanswered ?? 0 };
    }
    return {
      state: 'offline',
      unanswered: circuit.unanswered,
      sinceMs: circuit.open.sinceMs,
      nextProbeInMs: Math.max(0, circuit.open.nextProbeMs - this.#clock.monotonic()),
    };
  }

  /** The instruments that have not answered lately. */
  scopes(): Iterable<string> {
    return this.#circuits.keys();
  }
}
