import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { ParameterReport } from '../../../../src/client/index.ts';
import { tell, tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { Loading } from '../../parts/empty-state.tsx';
import { leaseOption } from '../instruments/held-leases.ts';
import { ParameterTable } from '../instruments/parameter-table.tsx';
import { usePolls } from '../instruments/use-polls.ts';

interface Properties {
  readonly name: string;
  readonly title: string;
}

/** What can be done with a miner: find it, set it, start it anew. */
export function MinerMenu({ name, title }: Properties): JSX.Element {
  const gateway = useGateway();
  const actions =
    gateway.status.value?.instruments.find((each) => each.name === name)?.actions ?? [];
  const isBusy = useSignal(false);
  const open = useSignal<'settings' | 'restart' | undefined>(undefined);
  const run = async (action: string, done: string): Promise<void> => {
    isBusy.value = true;
    try {
      await gateway.client.value.run(name, action, {}, leaseOption(name));
      tell('good', `${title}: ${done}`);
    } catch (error) {
      tellError(error);
    } finally {
      isBusy.value = false;
    }
  };
  const can = (action: string): boolean => actions.some((each) => each.name === action);
  return (
    <div class="actions miner-actions">
      {can('identify') && (
        <button
          type="button"
          class="small"
          disabled={isBusy.value}
          aria-label={`Identify ${title}`}
          title="Lets it show where it stands"
          onClick={() => void run('identify', 'it shows where it stands.')}
        >
          Identify
        </button>
      )}
      <button
        type="button"
        class="small"
        aria-label={`Settings of ${title}`}
        onClick={() => (open.value = 'settings')}
      >
        Settings
      </button>
      {can('restart') && (
        <button
          type="button"
          class="small"
          disabled={isBusy.value}
          aria-label={`Restart ${title}`}
          onClick={() => (open.value = 'restart')}
        >
          Restart
        </button>
      )}
      {open.value === 'settings' && (
        <MinerSettings name={name} title={title} close={() => (open.value = undefined)} />
      )}
      {open.value === 'restart' && (
        <Dialog title={`Restart ${title}?`} close={() => (open.value = undefined)}>
          <p>It mines nothing until it is back, which takes about a minute.</p>
          <div class="actions">
            <button type="button" onClick={() => (open.value = undefined)}>
              Leave it
            </button>
            <button
              type="button"
              class="main"
              onClick={() => {
                open.value = undefined;
                void run('restart', 'it is starting anew.');
              }}
            >
              Restart
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function MinerSettings({
  name,
  title,
  close,
}: Properties & { readonly close: () => void }): JSX.Element {
  const client = useGateway().client.value;
  const parameters = useSignal<readonly ParameterReport[] | undefined>(undefined);
  const polls = usePolls(name);
  useEffect(() => {
    client.parameters(name).then((found) => {
      parameters.value = found.filter(({ access }) => access !== 'read');
    }, tellError);
  }, [client, name]);
  return (
    <Dialog title={`Settings of ${title}`} close={close} isWide>
      {parameters.value === undefined ? (
        <Loading what="the settings" />
      ) : parameters.value.length === 0 ? (
        <p>Nothing of it can be set.</p>
      ) : (
        <ParameterTable instrument={name} parameters={parameters.value} polls={polls} />
      )}
      <div class="actions">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Dialog({
  title,
  close,
  isWide = false,
  children,
}: {
  readonly title: string;
  readonly close: () => void;
  readonly isWide?: boolean;
  readonly children: JSX.Element | JSX.Element[];
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={isWide ? 'wide' : undefined} aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
