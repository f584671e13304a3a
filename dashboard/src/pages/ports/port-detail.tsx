import type { JSX } from 'preact';

import { useGateway } from '../../gateway/gateway-context.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { portTone, StateMark } from '../../parts/state-mark.tsx';

const up = { path: '/ports', title: 'Ports' };

/** One port. */
export function PortDetail({ name }: { readonly name: string }): JSX.Element {
  const status = useGateway().status.value;
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
    <PageHeader title={name} up={up}>
      <StateMark tone={portTone(port.state)} text={port.state} /> <code>{port.address}</code>
    </PageHeader>
  );
}
