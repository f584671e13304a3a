import type { JSX } from 'preact';

import type { PageProps } from '../../app/page-code.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { Loading } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { PortDetail } from './port-detail.tsx';
import { PortTable } from './port-table.tsx';

/** All ports, or one of them. */
export default function PortsPage({ parts: [name] }: PageProps): JSX.Element {
  const status = useGateway().status.value;
  if (name !== undefined) return <PortDetail name={name} />;
  return (
    <>
      <PageHeader title="Ports">
        Each is the one owner of a wire, and puts all requests in line.
      </PageHeader>
      {status === undefined ? <Loading what="ports" /> : <PortTable ports={status.ports} />}
    </>
  );
}
