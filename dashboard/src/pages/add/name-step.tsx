import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { plural } from '../../parts/format.ts';
import { canPoll, changesOf, freeName, nameProblem } from './add-plan.ts';
import type { Candidate, Chosen, Offer } from './add-plan.ts';
import { TryAgain } from './try-again.tsx';

interface Properties {
  readonly chosen: readonly Candidate[];
  readonly back: () => void;
  readonly added: (names: readonly string[]) => void;
}

interface Draft extends Chosen {
  readonly candidate: Candidate;
}

/** Names what was chosen, and puts it into the configuration: all of it or nothing. */
export function NameStep({ chosen, back, added }: Properties): JSX.Element {
  const gateway = useGateway();
  const taken = gateway.status.value?.instruments.map(({ name }) => name) ?? [];
  const drafts = useSignal<readonly Draft[]>(draftsOf(chosen, taken));
  const problem = useSignal<string | undefined>(undefined);
  const isSaving = useSignal(false);
  const id = useId();
  const problems = drafts.value.map(({ name }, index) => {
    const others = drafts.value.filter((_, at) => at !== index).map((draft) => draft.name);
    return nameProblem(name, [...taken, ...others]);
  });
  const isGood = problems.every((each) => each === undefined);
  const change = (at: number, part: Partial<Chosen>): void => {
    drafts.value = drafts.value.map((draft, index) =>
      index === at ? { ...draft, ...part } : draft,
    );
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isGood) return;
    isSaving.value = true;
    problem.value = undefined;
    const names = drafts.value.map(({ name }) => name);
    try {
      await gateway.client.value.changeSettings(changesOf(drafts.value), {
        why: `add ${names.join(', ')}`.slice(0, 200),
      });
      await gateway.refresh();
      added(names);
    } catch (error) {
      problem.value = errorText(error);
    } finally {
      isSaving.value = false;
    }
  };
  return (
    <form class="name-form" noValidate onSubmit={(event) => void save(event)}>
      {drafts.value.map(({ candidate, offer, name, title, isPolled }, index) => (
        <fieldset key={candidate.id} class="card">
          <legend class="unseen">
            {candidate.found.identity?.model ?? candidate.found.family}
          </legend>
          <p class="soft">
            {candidate.found.identity?.text ?? candidate.found.family} at{' '}
            <code>{candidate.place}</code>
          </p>
          <div class="name-fields">
            <div class="stack">
              <label for={`${id}-name-${index}`}>Name</label>
              <input
                id={`${id}-name-${index}`}
                value={name}
                autocomplete="off"
                spellcheck={false}
                aria-invalid={problems[index] !== undefined}
                aria-describedby={`${id}-problem-${index}`}
                onInput={({ currentTarget }) => change(index, { name: currentTarget.value })}
              />
              <p
                id={`${id}-problem-${index}`}
                class={problems[index] === undefined ? 'soft' : 'bad'}
              >
                {problems[index] ?? 'Programs use this one.'}
              </p>
            </div>
            <div class="stack">
              <label for={`${id}-title-${index}`}>Title</label>
              <input
                id={`${id}-title-${index}`}
                value={title}
                autocomplete="off"
                onInput={({ currentTarget }) => change(index, { title: currentTarget.value })}
              />
              <p class="soft">For people; may be empty.</p>
            </div>
          </div>
          {canPoll(offer) && (
            <label class="check">
              <input
                type="checkbox"
                checked={isPolled}
                onChange={({ currentTarget }) => change(index, { isPolled: currentTarget.checked })}
              />
              Watch what is usual for its family, each second
            </label>
          )}
          <TryAgain candidate={candidate} />
        </fieldset>
      ))}
      <p class="bad" role="alert">
        {problem.value ?? ''}
      </p>
      <div class="actions step-actions">
        <button type="button" onClick={back}>
          Back
        </button>
        <button type="submit" class="main" disabled={isSaving.value || !isGood}>
          {isSaving.value
            ? 'Adding …'
            : drafts.value.length === 1
              ? 'Add it'
              : `Add ${plural(drafts.value.length, 'instrument')}`}
        </button>
      </div>
    </form>
  );
}

function draftsOf(chosen: readonly Candidate[], taken: readonly string[]): readonly Draft[] {
  const names = [...taken];
  return chosen.flatMap((candidate): Draft[] => {
    const { offer }: { readonly offer?: Offer } = candidate;
    if (offer === undefined) return [];
    const name = freeName(offer.name, names);
    names.push(name);
    return [{ candidate, offer, name, title: '', isPolled: true }];
  });
}
