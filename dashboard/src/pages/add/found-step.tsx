import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { pathOf } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { sentence } from '../../parts/error-text.ts';
import { plural } from '../../parts/format.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import type { Candidate, SearchResult } from './add-plan.ts';
import { SimulatedOffers } from './simulated-offers.tsx';

interface Properties {
  readonly result: SearchResult;
  readonly back: () => void;
  readonly choose: (chosen: readonly Candidate[]) => void;
  readonly added: (names: readonly string[]) => void;
}

/** What was found: what it says of itself, and whether it works. */
export function FoundStep({ result, back, choose, added }: Properties): JSX.Element {
  const { candidates, skipped, silent } = result;
  const fresh = candidates.filter(({ offer }) => offer !== undefined);
  const chosen = useSignal<readonly string[]>(fresh.length === 1 ? fresh.map(({ id }) => id) : []);
  const toggle = (id: string, isChosen: boolean): void => {
    const others = chosen.value.filter((each) => each !== id);
    chosen.value = isChosen ? [...others, id] : others;
  };
  return (
    <>
      {candidates.length === 0 ? (
        <EmptyState title="Nobody answered.">
          <p>
            Is it switched on, and its cable in? Does another program have it open? On a serial line
            both ends need the same speed. An instrument in the network can be given by its address.
          </p>
        </EmptyState>
      ) : (
        <ul class="candidates">
          {candidates.map((candidate) => (
            <li key={candidate.id} class="card">
              <CandidateCard
                candidate={candidate}
                isChosen={chosen.value.includes(candidate.id)}
                toggle={(isChosen) => toggle(candidate.id, isChosen)}
              />
            </li>
          ))}
        </ul>
      )}
      {skipped.map(({ place, message, nextStep }) => (
        <div key={place} class="banner">
          <p>
            <code>{place}</code> was not looked at: {sentence(message)} {nextStep}
          </p>
        </div>
      ))}
      {silent.length > 0 && (
        <p class="soft silent">Nobody answered at {silent.map((place) => place).join(', ')}.</p>
      )}
      <div class="actions step-actions">
        <button type="button" onClick={back}>
          Back
        </button>
        {fresh.length > 1 && (
          <button
            type="button"
            onClick={() => {
              chosen.value = chosen.value.length === fresh.length ? [] : fresh.map(({ id }) => id);
            }}
          >
            {chosen.value.length === fresh.length ? 'Choose none' : 'Choose all'}
          </button>
        )}
        {fresh.length > 0 && (
          <button
            type="button"
            class="main"
            disabled={chosen.value.length === 0}
            onClick={() => choose(fresh.filter(({ id }) => chosen.value.includes(id)))}
          >
            {chosen.value.length > 1
              ? `Go on with ${plural(chosen.value.length, 'instrument')}`
              : 'Go on'}
          </button>
        )}
      </div>
      {fresh.length === 0 && (
        <SimulatedOffers title="Nothing new? Begin with a simulated one" added={added} />
      )}
    </>
  );
}

function CandidateCard({
  candidate,
  isChosen,
  toggle,
}: {
  readonly candidate: Candidate;
  readonly isChosen: boolean;
  readonly toggle: (isChosen: boolean) => void;
}): JSX.Element {
  const { found, place, known, offer } = candidate;
  const { identity, trial, family, scope } = found;
  const title = identity?.model ?? found.name ?? family;
  const facts = [
    identity?.maker,
    identity?.serial === undefined ? undefined : `serial ${identity.serial}`,
    identity?.firmware === undefined ? undefined : `firmware ${identity.firmware}`,
    scope,
  ].filter((fact) => fact !== undefined && fact !== '');
  return (
    <label class="candidate">
      <input
        type="checkbox"
        checked={isChosen}
        disabled={offer === undefined}
        onChange={({ currentTarget }) => toggle(currentTarget.checked)}
      />
      <span class="candidate-words">
        <span class="row-title">{title}</span>
        <span class="soft">
          {family} at <code>{place}</code>
          {facts.length > 0 ? ` · ${facts.join(' · ')}` : ''}
        </span>
        {identity !== undefined && <code class="soft">{identity.text}</code>}
      </span>
      <span class="candidate-trial">
        {known !== undefined ? (
          <>
            already here: <a href={pathOf('instruments', known)}>{known}</a>
          </>
        ) : trial === undefined ? (
          <span class="soft">not tried</span>
        ) : (
          <StateMark
            tone={trial.passed ? 'good' : 'bad'}
            text={trial.passed ? `works: ${trial.found}` : `does not work: ${trial.found}`}
          />
        )}
      </span>
    </label>
  );
}
