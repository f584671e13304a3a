import type { FairQueue } from './fair-queue.ts';
import type { Pending } from './pending.ts';
import type { Transaction } from './transaction.ts';

/** No more different reads are put into one message, whatever their chain would take. */
export const chainedReadsMost = 64;

/** Requests that ask the same. */
export interface Part {
  readonly transaction: Transaction<unknown>;
  readonly requests: Pending[];
}

/** What goes over the wire in one turn, and whom it answers. */
export interface Batch {
  readonly transaction: Transaction<unknown>;
  /** One for each thing asked; more than one only when the reply has one entry for each. */
  readonly parts: readonly Part[];
  readonly isChain: boolean;
}

/** All requests that a batch answers. */
export function requestsOf(batch: Batch): Pending[] {
  return batch.parts.flatMap((part) => part.requests);
}

/**
 * Takes out of the line whatever may share the turn of `first`: those that ask the same, and those
 * that fit into the same message.
 */
export function gather(
  first: Pending,
  firstTransaction: Transaction<unknown>,
  queue: FairQueue<Pending>,
  mayGo: (request: Pending) => boolean,
): Batch {
  const { merge } = firstTransaction;
  const firstPart: Part = { transaction: firstTransaction, requests: [first] };
  if (merge === undefined) return alone(firstPart);
  const chain = first.alone ? undefined : merge.chain;
  const parts = new Map<string, Part>([[merge.key, firstPart]]);
  for (const request of queue.shareable(isMergeable)) {
    const { ask } = request;
    if (ask.kind !== 'transaction' || ask.transaction.merge === undefined) continue;
    const { key } = ask.transaction.merge;
    const known = parts.get(key);
    const fits =
      known !== undefined ||
      (chain !== undefined &&
        ask.transaction.merge.chain === chain &&
        !request.alone &&
        parts.size < chainedReadsMost);
    if (!fits || !mayGo(request)) continue;
    if (known === undefined) parts.set(key, { transaction: ask.transaction, requests: [request] });
    else known.requests.push(request);
  }
  let taken = [...parts.values()];
  let batch = alone(firstPart);
  if (chain !== undefined && taken.length > 1) {
    const chained = chain.combine(taken.map((part) => part.transaction));
    taken = taken.slice(0, chained.taken);
    if (taken.length > 1) {
      batch = { transaction: chained.transaction, parts: taken, isChain: true };
    }
  }
  for (const request of requestsOf(batch)) queue.remove(request);
  return batch;
}

function alone(part: Part): Batch {
  return { transaction: part.transaction, parts: [part], isChain: false };
}

function isMergeable(request: Pending): boolean {
  return request.ask.kind === 'transaction' && request.ask.transaction.merge !== undefined;
}
