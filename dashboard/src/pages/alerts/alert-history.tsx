import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { AlertReport } from '../../../../src/client/index.ts';
import { tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { momentText, spanText } from '../../parts/format.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { endText, severityTone } from './alert-texts.ts';
import { Subject } from './raised-alerts.tsx';

const pageLength = 50;

/** What was raised before, the newest first; older ones when asked for. */
export function AlertHistory({ newest }: { readonly newest: readonly AlertReport[] }): JSX.Element {
  const client = useGateway().client.value;
  const older = useSignal<readonly AlertReport[]>([]);
  const isAll = useSignal(newest.length < pageLength);
  const shown = new Map([...older.value, ...newest].map((alert) => [alert.id, alert]));
  const all = [...shown.values()].toSorted((one, other) => other.id - one.id);
  // What is still raised stands above.
  const rows = all.filter(({ end }) => end !== undefined);
  const more = async (): Promise<void> => {
    const beforeId = all.at(-1)?.id;
    if (beforeId === undefined) return;
    try {
      const found = await client.alerts.history({ limit: pageLength, beforeId });
      older.value = [...older.value, ...found];
      isAll.value = found.length < pageLength;
    } catch (error) {
      tellError(error);
    }
  };
  return (
    <section class="part" aria-labelledby="history-title">
      <h2 id="history-title">Before</h2>
      {rows.length === 0 ? (
        <p class="soft">Nothing was raised yet.</p>
      ) : (
        <DataTable
          label="Alerts that were raised"
          rows={rows}
          keyOf={({ id }) => String(id)}
          columns={[
            {
              title: 'Raised',
              cell: ({ raisedMs }) => <span class="number">{momentText(raisedMs)}</span>,
            },
            {
              title: 'Severity',
              cell: ({ severity }) => <StateMark tone={severityTone(severity)} text={severity} />,
            },
            { title: 'Alert', cell: ({ title }) => title },
            { title: 'Of', cell: ({ subject }) => <Subject subject={subject} /> },
            {
              title: 'Lasted',
              isNumber: true,
              cell: ({ raisedMs, clearedMs }) =>
                clearedMs === undefined ? '–' : spanText(clearedMs - raisedMs),
            },
            {
              title: 'End',
              cell: (alert) => (
                <>
                  {endText(alert)}
                  {alert.acknowledged !== undefined && (
                    <span class="soft">
                      {' '}
                      · {alert.acknowledged.by}
                      {alert.acknowledged.why === undefined ? '' : `: ${alert.acknowledged.why}`}
                    </span>
                  )}
                </>
              ),
            },
          ]}
        />
      )}
      {!isAll.value && rows.length > 0 && (
        <p class="more">
          <button type="button" onClick={() => void more()}>
            Older ones
          </button>
        </p>
      )}
    </section>
  );
}
