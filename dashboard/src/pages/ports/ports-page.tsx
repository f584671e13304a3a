import type { JSX } from 'preact';

import type { PageProps } from '../../app/page-code.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { useAsked } from '../../gateway/use-asked.ts';
import { Loading } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { PortDetail } from './port-detail.tsx';
import { PortTable } from './port-table.tsx';

/** What was counted changes with every request: while somebody looks it is asked for this often. */
const everyMs = 2_000;

/** All ports, or one of them. */
export default function PortsPage({ parts: [name, view = ''] }: PageProps): JSX.Element {
  return name === undefined ? <AllPorts /> : <PortDetail name={name} view={view} />;
}

function AllPorts(): JSX.Element {
  const status = useGateway().status.value;
  const { value: counted } = useAsked(
    async (client, signal) => await client.allStatistics({ signal }),
    everyMs,
  );
  return (
    <>
      <PageHeader title="Ports">
        Each is the one owner of a wire, and puts all requests in line.
      </PageHeader>
      {status === undefined ? (
        <Loading what="ports" />
      ) : (
        <PortTable ports={status.ports} counted={counted} />
      )}
    </>
  );
}
