import { raceAbort, SignalboxError } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { sleepReadFirst } from './read-first.ts';
import type { Transaction } from './transaction.ts';
import type { Wire } from './wire.ts';

/** Without a byte for so long, a wire counts as quiet. */
export const quietDefaultMs = 100;
/** A wire that does not get quiet within this time is closed and opened again. */
export const quietLongestMs = 5_000;
/** The same for a device clear that is not over by then. */
export const clearLongestMs = 5_000;

/**
 * How a port makes sure, after a reply that did not come in time, that it is never taken for the
 * reply of the next request. `none`: replies carry a number. `quiet`: wait until nothing arrives.
 * `sentinel`: ask something whose answer is known, drop all that comes before it. `clear`: device
 * clear. `reconnect`: close the link, and with it what is under way, and open it again.
 */
export type Resynchronization =
  | { readonly kind: 'none' }
  | { readonly kind: 'quiet'; readonly quietMs?: number }
  | {
      readonly kind: 'sentinel';
      /** Made anew for each use. Its reader passes over what is not the sentinel's answer. */
      readonly sentinel: Transaction<unknown>;
      readonly quietMs?: number;
    }
  | { readonly kind: 'clear' }
  | { readonly kind: 'reconnect' };

/**
 * Brings request and reply into step again. Resolves when the wire may be used; rejects when the link
 * has to be opened anew.
 */
export async function resynchronize(
  how: Resynchronization,
  wire: Wire,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  switch (how.kind) {
    case 'none':
      return;
    case 'quiet':
      await untilQuiet(wire, clock, how.quietMs ?? quietDefaultMs, signal);
      return;
    case 'sentinel': {
      const { sentinel } = how;
      await wire.exchange(sentinel.attempt(), sentinel);
      // The answer may itself have been a late one to the same question: then its twin follows.
      await untilQuiet(wire, clock, how.quietMs ?? quietDefaultMs, signal);
      return;
    }
    case 'clear':
      await clearDevice(wire, clock, signal);
      return;
    case 'reconnect':
      throw notPossible(wire);
  }
}

async function clearDevice(wire: Wire, clock: Clock, signal: AbortSignal): Promise<void> {
  const { link } = wire;
  if (link.clear === undefined) throw notPossible(wire);
  const late = new AbortController();
  const timer = clock.schedule(clearLongestMs, () => late.abort(notPossible(wire)));
  try {
    const either = AbortSignal.any([signal, late.signal]);
    await raceAbort(link.clear(either), either, `a device clear of ${link.address}`);
  } finally {
    timer.cancel();
  }
}

async function untilQuiet(
  wire: Wire,
  clock: Clock,
  quietMs: number,
  signal: AbortSignal,
): Promise<void> {
  const startMs = clock.monotonic();
  for (;;) {
    const before = wire.arrivals;
    await sleepReadFirst(clock, quietMs, signal);
    if (wire.arrivals === before) return;
    if (clock.monotonic() - startMs > quietLongestMs) throw notPossible(wire);
  }
}

function notPossible(wire: Wire): SignalboxError {
  return new SignalboxError(
    'LINK_PROTOCOL',
    `${wire.link.address} is opened again so that no late reply is taken for another's`,
  );
}
