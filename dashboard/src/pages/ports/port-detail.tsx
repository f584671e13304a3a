import type { JSX } from 'preact';

import type { PortReport } from '../../../../src/client/index.ts';
import { tell, tellError } from '../../app/notices.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { portTone } from '../../parts/tone.ts';
import { LiveTraffic } from './live-traffic.tsx';
import { PortNow } from './port-now.tsx';
import { PortStatistics } from './port-statistics.tsx';

const up = { path: '/ports', title: 'Ports' };
const views = [
  { name: '', title: 'Now' },
  { name: 'traffic', title: 'Traffic' },
  { name: 'statistics', title: 'Statistics' },
] as const;

interface Properties {
  readonly name: string;
  /** Which side of it is shown; '' is how it stands now. */
  readonly view: string;
}

/** One port: how it stands, what goes over its wire, what it has done. */
export function PortDetail({ name, view }: Properties): JSX.Element {
  const gateway = useGateway();
  const status = gateway.status.value;
  const port = status?.ports.find((each) => each.name === name);
  if (status === undefined) return <Loading what={`port ${name}`} />;
  if (port === undefined) {
    return (
      <>
        <PageHeader title={name} up={up} />
        <EmptyState title={`There is no port ${name}.`}>
          <p>
            It may have been renamed or taken away. <a href="/ports">See all ports</a>.
          </p>
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <PageHeader title={name} up={up} actions={<HandOver gateway={gateway} port={port} />}>
        <StateMark tone={portTone(port.state)} text={port.state} /> · <code>{port.address}</code>
      </PageHeader>
      <nav class="views" aria-label={`Sides of ${name}`}>
        {views.map((each) => (
          <a
            key={each.name}
            href={pathOf('ports', name, ...(each.name === '' ? [] : [each.name]))}
            aria-current={each.name === view ? 'page' : undefined}
          >
            {each.title}
          </a>
        ))}
      </nav>
      {view === 'traffic' ? (
        <LiveTraffic key={name} port={name} />
      ) : view === 'statistics' ? (
        <PortStatistics key={name} port={name} />
      ) : (
        <PortNow port={port} />
      )}
    </>
  );
}

/** Lets another program have the device, or takes it back. */
function HandOver({
  gateway,
  port: { name, state },
}: {
  readonly gateway: Gateway;
  readonly port: PortReport;
}): JSX.Element {
  return state === 'released' ? (
    <button type="button" class="main" onClick={() => void takeBack(gateway, name)}>
      Take the device back
    </button>
  ) : (
    <button
      type="button"
      title="Closes the link, so that another program may open the device"
      onClick={() => void release(gateway, name)}
    >
      Release the device
    </button>
  );
}

async function release(gateway: Gateway, port: string): Promise<void> {
  try {
    await gateway.client.value.releasePort(port);
    tell('good', `${port} is released: another program may open the device.`, {
      label: 'Undo',
      run: () => void takeBack(gateway, port),
    });
  } catch (error) {
    tellError(error);
  }
  await gateway.refresh();
}

async function takeBack(gateway: Gateway, port: string): Promise<void> {
  try {
    await gateway.client.value.reclaimPort(port);
    tell('good', `${port} opens the device again.`);
  } catch (error) {
    tellError(error);
  }
  await gateway.refresh();
}
