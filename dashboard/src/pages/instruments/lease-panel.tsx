import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { InstrumentReport, PortReport } from '../../../../src/client/index.ts';
import { tellError } from '../../app/notices.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { Since } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { heldLeases, releaseLease, takeLease } from './held-leases.ts';
import { leasesOn } from './instrument-state.ts';

/** So long this page waits for who holds it now. */
const waitMs = 60_000;

interface Properties {
  readonly instrument: InstrumentReport;
  readonly port: PortReport | undefined;
}

/** Who holds the instrument, and how to hold it oneself. */
export function LeasePanel({ instrument, port }: Properties): JSX.Element {
  const gateway = useGateway();
  const waiting = useSignal<AbortController | undefined>(undefined);
  const own = heldLeases.value.get(instrument.name);
  const leases = leasesOn(instrument, port);
  const take = async (): Promise<void> => {
    const stop = new AbortController();
    waiting.value = stop;
    try {
      await takeLease(gateway.client.value, instrument.name, waitMs, stop.signal);
      void gateway.refresh();
    } catch (error) {
      if (!stop.signal.aborted) tellError(error);
    } finally {
      waiting.value = undefined;
    }
  };
  const release = async (): Promise<void> => {
    try {
      await releaseLease(instrument.name);
      void gateway.refresh();
    } catch (error) {
      tellError(error);
    }
  };
  return (
    <section class="part lease" aria-labelledby="lease-title">
      <h2 id="lease-title" class="unseen">
        Lease
      </h2>
      <div class="card lease-line">
        <div role="status">
          {own !== undefined ? (
            <span class="good">This page holds it: nobody else can write meanwhile.</span>
          ) : leases.length === 0 ? (
            <span>Nobody holds it; all take turns.</span>
          ) : (
            <ul>
              {leases.map((lease) => (
                <li key={lease.id}>
                  Held by <OwnerName owner={lease.owner} /> for <Since atMs={lease.sinceMs} />
                  {lease.scope === undefined ? ', the whole port' : ''}
                </li>
              ))}
            </ul>
          )}
        </div>
        <div class="actions">
          {own !== undefined ? (
            <button type="button" onClick={() => void release()}>
              Release
            </button>
          ) : waiting.value === undefined ? (
            <button type="button" onClick={() => void take()}>
              {leases.length === 0 ? 'Take' : 'Take when it is free'}
            </button>
          ) : (
            <>
              <span role="status">Waiting for it …</span>
              <button type="button" onClick={() => waiting.value?.abort()}>
                Stop waiting
              </button>
            </>
          )}
          {leases.length > 0 && own === undefined && <a href={pathOf('leases')}>All leases</a>}
        </div>
      </div>
    </section>
  );
}
