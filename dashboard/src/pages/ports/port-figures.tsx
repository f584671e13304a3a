import type { JSX } from 'preact';

import type { StatisticsReport } from '../../../../src/client/index.ts';
import { Figure } from '../../parts/figure.tsx';
import { countText, percentText, plural, spanOfText } from '../../parts/format.ts';

/** What a port has done since its statistics began, in a few numbers. */
export function PortFigures({ counted }: { readonly counted: StatisticsReport }): JSX.Element {
  const { operations, failures, wait, service, wireTransactions, mergedOperations } = counted;
  const { retries, reconnects } = counted;
  const share = operations === 0 ? 0 : failures / operations;
  return (
    <div class="figures four">
      <Figure label="Requests" value={countText(operations)}>
        {failures === 0 ? (
          'none failed'
        ) : (
          <span class="bad">
            {countText(failures)} failed ({percentText(share)})
          </span>
        )}
      </Figure>
      <Figure label="Wait, median" value={spanOfText(wait, 'p50Ms')}>
        p99 {spanOfText(wait, 'p99Ms')}, longest {spanOfText(wait, 'longestMs')}
      </Figure>
      <Figure label="On the wire, median" value={spanOfText(service, 'p50Ms')}>
        p99 {spanOfText(service, 'p99Ms')}, longest {spanOfText(service, 'longestMs')}
      </Figure>
      <Figure label="Exchanges on the wire" value={countText(wireTransactions)}>
        {countText(mergedOperations)} merged · {plural(retries, 'retry', 'retries')} ·{' '}
        {plural(reconnects, 'reconnect')}
      </Figure>
    </div>
  );
}
