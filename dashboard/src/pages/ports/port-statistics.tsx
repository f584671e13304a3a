import type { JSX } from 'preact';

import { tell, tellError } from '../../app/notices.ts';
import { askFirst } from '../../app/question.tsx';
import { useGateway } from '../../gateway/gateway-context.ts';
import { useAsked } from '../../gateway/use-asked.ts';
import { Loading } from '../../parts/empty-state.tsx';
import { errorText } from '../../parts/error-text.ts';
import { ErrorTable } from './port-errors.tsx';
import { PortFigures } from './port-figures.tsx';
import { OwnerTable } from './port-owners.tsx';

/** What was counted changes with every request: while somebody looks it is asked for this often. */
const everyMs = 2_000;

/** What a port has done since its statistics began. */
export function PortStatistics({ port }: { readonly port: string }): JSX.Element {
  const gateway = useGateway();
  const { value, error, again } = useAsked(
    async (client, signal) => await client.statistics(port, { signal }),
    everyMs,
    port,
  );
  if (value === undefined) {
    return error === undefined ? (
      <Loading what="statistics" />
    ) : (
      <p class="bad" role="alert">
        {errorText(error)}
      </p>
    );
  }
  const reset = async (): Promise<void> => {
    const isAgreed = await askFirst({
      title: `Count ${port} from nothing again?`,
      body: <p>What was counted until now is gone for everybody. The traffic stays.</p>,
      action: 'Reset the statistics',
    });
    if (isAgreed === undefined) return;
    try {
      await gateway.client.value.resetStatistics(port);
      tell('good', `The statistics of ${port} begin anew.`);
      again();
    } catch (failure) {
      tellError(failure);
    }
  };
  return (
    <>
      <section class="part" aria-labelledby="figures-title">
        <div class="part-header">
          <h2 id="figures-title">Since the statistics began</h2>
          <button type="button" onClick={() => void reset()}>
            Reset
          </button>
        </div>
        <PortFigures counted={value} />
      </section>
      <section class="part" aria-labelledby="errors-title">
        <h2 id="errors-title">Failed requests by class</h2>
        <ErrorTable label="Failed requests by class" byCode={value.failuresByCode} />
      </section>
      <section class="part" aria-labelledby="link-errors-title">
        <h2 id="link-errors-title">Failures of the link by class</h2>
        <ErrorTable label="Failures of the link by class" byCode={value.linkFailuresByCode} />
      </section>
      <section class="part" aria-labelledby="owners-title">
        <h2 id="owners-title">Programs</h2>
        <OwnerTable owners={value.owners} />
      </section>
    </>
  );
}
