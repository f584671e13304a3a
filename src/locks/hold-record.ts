import { describeOwner, SignalboxError } from '../kernel/index.ts';
import type { Timer } from '../kernel/index.ts';
import { describeMode, holdLongestMs, sharedKeyLengthMost } from './hold.ts';
import type { Hold, HoldRequest, HoldStatus } from './hold.ts';

/** A hold as its lock keeps it. Times are monotonic. */
export interface HoldRecord extends Hold {
  readonly startedMs: number;
  readonly holdMs: number | undefined;
  expiresAtMs: number;
  timer: Timer | undefined;
}

/** What a hold says of itself at a time. */
export function statusOf(hold: HoldRecord, nowMs: number): HoldStatus {
  const status: HoldStatus = {
    owner: hold.by.owner,
    mode: hold.mode,
    token: String(hold.token),
    sinceMs: hold.sinceMs,
    heldMs: nowMs - hold.startedMs,
  };
  return hold.expiresAtMs === Infinity
    ? status
    : { ...status, expiresInMs: hold.expiresAtMs - nowMs };
}

/** @throws BAD_ARGUMENT for a bad key or hold time */
export function checkRequest(name: string, { mode, holdMs }: HoldRequest): void {
  if (mode !== 'exclusive') {
    const { length } = mode.shared;
    if (length === 0 || length > sharedKeyLengthMost) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `the key to share ${name} by must have 1 to ${sharedKeyLengthMost} characters, not ${length}`,
      );
    }
  }
  checkHoldMs(name, holdMs);
}

/** @throws BAD_ARGUMENT */
export function checkHoldMs(name: string, holdMs: number | undefined): void {
  if (holdMs === undefined || (holdMs > 0 && holdMs <= holdLongestMs)) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `the hold time for ${name} must be above 0 and at most ${holdLongestMs} ms, not ${holdMs}`,
  );
}

/** The error for one who cannot have a resource: names the first holder, its mode and since when. */
export function lockHeldError(name: string, holders: readonly HoldStatus[]): SignalboxError {
  // Who holds it exclusively is in the way of the others who share it, too.
  const first = holders.find(({ mode }) => mode === 'exclusive') ?? holders[0];
  if (first === undefined) {
    return new SignalboxError('LEASE_HELD', `${name} is held by nobody any more`);
  }
  const others = new Set(holders.map(({ owner }) => owner.id)).size - 1;
  const more = others > 0 ? ` and ${others} more` : '';
  const since = new Date(first.sinceMs).toISOString();
  return new SignalboxError(
    'LEASE_HELD',
    `${name} is held by ${describeOwner(first.owner)}${more}, ${describeMode(first.mode)}, since ${since}`,
    { details: { resource: name, holders } },
  );
}

/** The error for a renewal while others wait. @param mostMs how far a hold may be stretched then */
export function renewalLimitError(
  name: string,
  hold: HoldRecord,
  { nowMs, mostMs }: { readonly nowMs: number; readonly mostMs: number },
): SignalboxError {
  const leftMs = Math.round(hold.expiresAtMs - nowMs);
  return new SignalboxError(
    'RENEWAL_LIMIT',
    `${name} is waited for, and a hold is not renewed beyond ${mostMs} ms ` +
      `then; it ends in ${leftMs} ms`,
    { details: { resource: name, token: String(hold.token), expiresInMs: leftMs } },
  );
}
