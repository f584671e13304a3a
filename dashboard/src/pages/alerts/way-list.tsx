import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { WayReport, WayTestReport } from '../../../../src/client/index.ts';
import { tell, tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { sentence } from '../../parts/error-text.ts';
import { Ago } from '../../parts/moment.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import type { Tone } from '../../parts/tone.ts';

const tones: Readonly<Record<WayReport['state'], Tone>> = {
  idle: 'good',
  sending: 'busy',
  failing: 'bad',
};

interface Properties {
  readonly ways: readonly WayReport[];
  readonly refresh: () => void;
}

/** Who is told, by which way, and whether that works: a trial shows it. */
export function WayList({ ways, refresh }: Properties): JSX.Element {
  const client = useGateway().client.value;
  const busy = useSignal<string | undefined>(undefined);
  const test = async (way: string): Promise<void> => {
    busy.value = way;
    try {
      for (const result of await client.alerts.test(way)) report(result);
      refresh();
    } catch (error) {
      tellError(error);
    } finally {
      busy.value = undefined;
    }
  };
  return (
    <section class="part" aria-labelledby="ways-title">
      <h2 id="ways-title">Who is told</h2>
      {ways.length === 0 ? (
        <p class="soft">
          Nobody but who looks at this page. Webhooks, MQTT and e-mail are{' '}
          <code>[notify.NAME]</code> in the <a href="/settings">settings</a>.
        </p>
      ) : (
        <DataTable
          label="Who is told"
          rows={ways}
          keyOf={({ name }) => name}
          columns={[
            { title: 'Way', cell: ({ name }) => name },
            {
              title: 'By',
              cell: ({ kind, address }) => (
                <>
                  {kind} <code class="soft">{address}</code>
                </>
              ),
            },
            {
              title: 'State',
              cell: ({ state, error }) => (
                <>
                  <StateMark tone={tones[state]} text={state === 'idle' ? 'ready' : state} />
                  {error !== undefined && <span class="bad"> {sentence(error.message)}</span>}
                </>
              ),
            },
            { title: 'Sent', isNumber: true, cell: ({ sent }) => sent },
            { title: 'Waiting', isNumber: true, cell: ({ waiting }) => waiting },
            {
              title: 'Last',
              cell: ({ lastSentMs }) =>
                lastSentMs === undefined ? (
                  <span class="soft">never</span>
                ) : (
                  <Ago atMs={lastSentMs} />
                ),
            },
            {
              title: 'Try it',
              cell: ({ name }) => (
                <button
                  type="button"
                  class="small"
                  disabled={busy.value !== undefined}
                  aria-label={`Send a test by ${name}`}
                  onClick={() => void test(name)}
                >
                  {busy.value === name ? 'Sending …' : 'Send a test'}
                </button>
              ),
            },
          ]}
        />
      )}
    </section>
  );
}

function report({ way, passed, error }: WayTestReport): void {
  if (passed) tell('good', `The test went out by ${way}.`);
  else tell('bad', `The test did not go out by ${way}: ${error?.message ?? 'nobody says why'}`);
}
