import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import type { Candidate } from './add-plan.ts';

interface Trial {
  readonly passed: boolean;
  readonly found: string;
}

/** Asks an instrument that has no name yet once more whether it works. */
export function TryAgain({ candidate }: { readonly candidate: Candidate }): JSX.Element {
  const client = useGateway().client.value;
  const trial = useSignal<Trial | undefined>(candidate.found.trial);
  const isBusy = useSignal(false);
  const again = async (): Promise<void> => {
    isBusy.value = true;
    try {
      const { places } = await client.discoverPlaces({ addresses: [candidate.place] });
      const same = places
        .flatMap(({ found }) => found)
        .find(
          ({ family, scope }) =>
            family === candidate.found.family && scope === candidate.found.scope,
        );
      trial.value = same?.trial ?? { passed: false, found: 'nobody answered' };
    } catch (error) {
      trial.value = { passed: false, found: errorText(error) };
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <div class="actions trial">
      <span role="status">
        {trial.value === undefined ? (
          <span class="soft">not tried</span>
        ) : (
          <StateMark
            tone={trial.value.passed ? 'good' : 'bad'}
            text={`${trial.value.passed ? 'works' : 'does not work'}: ${trial.value.found}`}
          />
        )}
      </span>
      <button type="button" class="small" disabled={isBusy.value} onClick={() => void again()}>
        {isBusy.value ? 'Trying …' : 'Try it again'}
      </button>
    </div>
  );
}
