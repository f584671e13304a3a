import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { ParameterReport } from '../../../../src/client/index.ts';
import { tell, tellError } from '../../app/notices.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { Loading } from '../../parts/empty-state.tsx';
import { leaseOption } from '../instruments/held-leases.ts';
import { ParameterTable } from '../instruments/parameter-table.tsx';
import { usePolls } from '../instruments/use-polls.ts';

interface Properties {
  readonly name: string;
  readonly title: string;
}

/** What can be done with a miner, behind one button: find it, set it, start it anew. */
export function MinerMenu({ name, title }: Properties): JSX.Element {
  const isOpen = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="small"
        aria-label={`Manage ${title}`}
        onClick={() => (isOpen.value = true)}
      >
        Manage
      </button>
      {isOpen.value && (
        <Dialog title={title} close={() => (isOpen.value = false)}>
          <MinerActions name={name} title={title} />
          <MinerSettings name={name} />
          <div class="actions">
            <a class="button" href={pathOf('instruments', name)}>
              All of {title}
            </a>
            <button type="button" onClick={() => (isOpen.value = false)}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Those that all families name alike. */
const simpleActions = [
  { name: 'identify', label: 'Identify', done: 'it shows where it stands.', asks: undefined },
  { name: 'pause', label: 'Stop mining', done: 'it has stopped mining.', asks: undefined },
  { name: 'resume', label: 'Go on mining', done: 'it goes on mining.', asks: undefined },
  {
    name: 'restart',
    label: 'Restart',
    done: 'it is starting anew.',
    asks: 'It mines nothing until it is back, which takes up to a minute.',
  },
] as const;

function MinerActions({ name, title }: Properties): JSX.Element {
  const gateway = useGateway();
  const there = gateway.status.value?.instruments.find((each) => each.name === name)?.actions ?? [];
  const isBusy = useSignal(false);
  const asked = useSignal<string | undefined>(undefined);
  const run = async (action: string, done: string): Promise<void> => {
    asked.value = undefined;
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
  return (
    <div class="manage-actions">
      <div class="actions">
        {simpleActions
          .filter((action) => there.some((each) => each.name === action.name))
          .map((action) => (
            <button
              key={action.name}
              type="button"
              disabled={isBusy.value}
              onClick={() => {
                if (action.asks === undefined) void run(action.name, action.done);
                else asked.value = action.name;
              }}
            >
              {action.label}
            </button>
          ))}
      </div>
      {simpleActions
        .filter((action) => action.name === asked.value)
        .map((action) => (
          <div key={action.name} class="banner" role="alert">
            <p>{action.asks}</p>
            <button type="button" class="main" onClick={() => void run(action.name, action.done)}>
              {action.label} now
            </button>
            <button type="button" onClick={() => (asked.value = undefined)}>
              Leave it
            </button>
          </div>
        ))}
    </div>
  );
}

function MinerSettings({ name }: { readonly name: string }): JSX.Element {
  const client = useGateway().client.value;
  const parameters = useSignal<readonly ParameterReport[] | undefined>(undefined);
  const polls = usePolls(name);
  useEffect(() => {
    client.parameters(name).then((found) => {
      parameters.value = found.filter(({ access }) => access !== 'read');
    }, tellError);
  }, [client, name]);
  if (parameters.value === undefined) return <Loading what="the settings" />;
  if (parameters.value.length === 0) return <p>Nothing of it can be set.</p>;
  return <ParameterTable instrument={name} parameters={parameters.value} polls={polls} />;
}

function Dialog({
  title,
  close,
  children,
}: {
  readonly title: string;
  readonly close: () => void;
  readonly children: JSX.Element | JSX.Element[];
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="wide" aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
