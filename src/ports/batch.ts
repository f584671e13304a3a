import type { FairQueue } from './fair-queue.ts';
import type { Pending } from './pending.ts';
import type { Chain, Transaction } from './transaction.ts';

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
  /** All requests that it answers. */
  readonly requests: readonly Pending[];
  readonly isChain: boolean;
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
  if (merge === undefined || queue.size === 0) return alone(firstPart);
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
  const batch = together(firstPart, parts, chain);
  for (const request of batch.requests) queue.remove(request);
  return batch;
}

function alone(part: Part): Batch {
  const { transaction, requests } = part;
  return { transaction, parts: [part], requests, isChain: false };
}

/** As many as fit into one message, or the first alone. */
function together(first: Part, all: ReadonlyMap<string, Part>, chain: Chain | undefined): Batch {
  if (chain === undefined || all.size === 1) return alone(first);
  const chained = chain.combine(Array.from(all.values(), ({ transaction }) => transaction));
  const parts = [...all.values()].slice(0, chained.taken);
  if (parts.length === 1) return alone(first);
  const { transaction } = chained;
  return { transaction, parts, requests: parts.flatMap(({ requests }) => requests), isChain: true };
}

function isMergeable(request: Pending): boolean {
  return request.ask.kind === 'transaction' && request.ask.transaction.merge !== undefined;
}
