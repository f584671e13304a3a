import type { JSX } from 'preact';

import type { SilenceReport } from '../../../../src/client/index.ts';
import { tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { momentText } from '../../parts/format.ts';

interface Properties {
  readonly silences: readonly SilenceReport[];
  readonly refresh: () => void;
}

/** Of what nobody is told for now. */
export function SilenceList({ silences, refresh }: Properties): JSX.Element {
  const client = useGateway().client.value;
  const end = async (alert: string): Promise<void> => {
    try {
      await client.alerts.endSilence(alert);
      refresh();
    } catch (error) {
      tellError(error);
    }
  };
  return (
    <section class="part" aria-labelledby="silences-title">
      <h2 id="silences-title">Silenced</h2>
      <DataTable
        label="Silences"
        rows={silences}
        keyOf={({ id }) => String(id)}
        columns={[
          { title: 'Alert', cell: ({ alert }) => alert },
          { title: 'Of', cell: ({ subject }) => subject ?? 'all' },
          { title: 'Until', cell: ({ untilMs }) => momentText(untilMs) },
          { title: 'By', cell: ({ by }) => by },
          { title: 'Why', cell: ({ why }) => why ?? <span class="soft">not said</span> },
          {
            title: 'End',
            cell: ({ alert }) => (
              <button
                type="button"
                class="small"
                aria-label={`End the silence of ${alert}`}
                onClick={() => void end(alert)}
              >
                End it
              </button>
            ),
          },
        ]}
      />
    </section>
  );
}
