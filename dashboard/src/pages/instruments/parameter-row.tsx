import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { ClientReading, ParameterReport } from '../../../../src/client/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { Ago } from '../../parts/moment.tsx';
import { valueText } from '../../values/value-text.ts';
import type { ShownValue } from '../../values/value-text.ts';
import type { LatestReport } from '../../values/values-record.ts';
import { limitsText } from './check-input.ts';
import { leaseOption } from './held-leases.ts';
import { ParameterEditor } from './parameter-editor.tsx';

interface Properties {
  readonly instrument: string;
  readonly parameter: ParameterReport;
  /** What polling says; undefined where it is not polled. */
  readonly latest: LatestReport | undefined;
  readonly isPolled: boolean;
  readonly changePolled: (parameter: string, isPolled: boolean) => Promise<void>;
}

/** One parameter: its value, reading it, and changing it below. */
export function ParameterRow({
  instrument,
  parameter,
  latest,
  isPolled,
  changePolled,
}: Properties): JSX.Element {
  const client = useGateway().client.value;
  const { name, title, number, access, secured, choices } = parameter;
  const reading = useSignal<ClientReading | undefined>(undefined);
  const failure = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const isOpen = useSignal(false);
  const read = async (): Promise<void> => {
    isBusy.value = true;
    failure.value = undefined;
    try {
      reading.value = await client.read(instrument, name, leaseOption(instrument));
    } catch (error) {
      failure.value = errorText(error);
    } finally {
      isBusy.value = false;
    }
  };
  const isNewest = reading.value !== undefined && reading.value.atMs >= (latest?.atMs ?? 0);
  const value: ShownValue = isNewest ? reading.value?.value : latest?.value;
  const unit = (isNewest ? reading.value?.unit : latest?.unit) ?? parameter.unit;
  const atMs = isNewest ? reading.value?.atMs : latest?.atMs;
  const shown = valueText(value, unit, choices);
  const facts = [
    number === undefined ? undefined : `no. ${number}`,
    limitsText(parameter),
    access === 'write' ? 'can be written only' : access === 'read' ? undefined : 'can be set',
    secured === true ? 'secured' : undefined,
  ].filter((fact) => fact !== undefined);
  return (
    <>
      <tr class={isOpen.value ? 'is-open' : undefined}>
        <th scope="row">
          {name}
          <span class="soft facts">
            {title === name ? '' : title}
            {facts.length > 0 && (
              <>
                {title === name ? '' : ' · '}
                {facts.join(' · ')}
              </>
            )}
          </span>
        </th>
        <td class="value">
          {access === 'write' ? (
            <span class="soft">not readable</span>
          ) : value === undefined ? (
            <span class="soft">not read yet</span>
          ) : (
            <span class="number">
              {shown.text} <small>{shown.unit}</small>
            </span>
          )}
          {latest !== undefined && latest.quality !== 'good' && !isNewest && (
            <span class={latest.quality === 'bad' ? 'bad' : 'busy'}>
              {latest.quality}
              {latest.why === undefined ? '' : `: ${latest.why.message}`}
            </span>
          )}
          {atMs !== undefined && atMs > 0 && (
            <span class="soft">
              <Ago atMs={atMs} />
            </span>
          )}
          {failure.value !== undefined && (
            <span class="bad" role="alert">
              {failure}
            </span>
          )}
        </td>
        <td class="doing">
          <div class="actions">
            {access !== 'write' && (
              <button
                type="button"
                class="small"
                disabled={isBusy.value}
                aria-label={`Read ${name}`}
                onClick={() => void read()}
              >
                Read
              </button>
            )}
            {access !== 'read' && (
              <button
                type="button"
                class="small"
                aria-expanded={isOpen.value}
                aria-label={`Set ${name}`}
                onClick={() => (isOpen.value = !isOpen.value)}
              >
                Set
              </button>
            )}
            {access !== 'write' && parameter.type !== 'binary' && (
              <button
                type="button"
                class="small"
                aria-pressed={isPolled}
                aria-label={`${isPolled ? 'Watched' : 'Watch'}: ${name}`}
                title={
                  isPolled
                    ? 'It is polled and recorded; press to stop'
                    : 'Poll it again and again, so that it can be plotted and recorded'
                }
                onClick={() => void changePolled(name, !isPolled)}
              >
                {isPolled ? 'Watched' : 'Watch'}
              </button>
            )}
          </div>
        </td>
      </tr>
      {isOpen.value && (
        <tr class="editor">
          <td colSpan={3}>
            <ParameterEditor
              instrument={instrument}
              parameter={parameter}
              value={value}
              read={read}
              close={() => (isOpen.value = false)}
            />
          </td>
        </tr>
      )}
    </>
  );
}
