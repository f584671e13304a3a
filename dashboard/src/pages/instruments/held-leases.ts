import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import type { ClientLease, SignalboxClient } from '../../../../src/client/index.ts';

/** The leases that this page holds, by instrument; they go with the page. */
const held = signal<ReadonlyMap<string, ClientLease>>(new Map());

export const heldLeases: ReadonlySignal<ReadonlyMap<string, ClientLease>> = held;

/** Takes an instrument for this page. @param waitMs for who holds it now @throws WAIT_TIMEOUT … */
export async function takeLease(
  client: SignalboxClient,
  instrument: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  const lease = await client.lease({ instrument, waitMs, ...options });
  held.value = new Map([...held.value, [instrument, lease]]);
  lease.lost.addEventListener('abort', () => forget(instrument, lease), { once: true });
}

/** Gives it back. Does nothing when this page does not hold it. */
export async function releaseLease(instrument: string): Promise<void> {
  const lease = held.value.get(instrument);
  if (lease === undefined) return;
  forget(instrument, lease);
  await lease.release();
}

/** What a request under this page's lease says; nothing where it has none. */
export function leaseOption(instrument: string): { readonly lease?: ClientLease } {
  const lease = held.peek().get(instrument);
  return lease === undefined ? {} : { lease };
}

function forget(instrument: string, lease: ClientLease): void {
  if (held.value.get(instrument) !== lease) return;
  held.value = new Map([...held.value].filter(([name]) => name !== instrument));
}
