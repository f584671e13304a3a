import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { PageHeader } from '../../parts/page-header.tsx';
import type { Candidate, SearchResult } from './add-plan.ts';
import { DoneStep } from './done-step.tsx';
import { FoundStep } from './found-step.tsx';
import { NameStep } from './name-step.tsx';
import { SearchStep } from './search-step.tsx';
import './add.css';

const steps = ['Search', 'Choose', 'Name', 'Done'] as const;

type State =
  | { readonly step: 0 }
  | { readonly step: 1; readonly result: SearchResult }
  | { readonly step: 2; readonly result: SearchResult; readonly chosen: readonly Candidate[] }
  | { readonly step: 3; readonly names: readonly string[] };

/** Finds an instrument, tries it, names it, and puts it into the configuration. */
export default function AddPage(): JSX.Element {
  const state = useSignal<State>({ step: 0 });
  const heading = useRef<HTMLHeadingElement>(null);
  const now = state.value;
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [now.step]);
  return (
    <>
      <PageHeader title="Add an instrument">
        Found, tried and named in a few steps; it works without a restart.
      </PageHeader>
      <ol class="steps">
        {steps.map((title, index) => (
          <li
            key={title}
            class={index < now.step ? 'past' : index === now.step ? 'now' : 'next'}
            aria-current={index === now.step ? 'step' : undefined}
          >
            <span class="step-number" aria-hidden="true">
              {index + 1}
            </span>
            {title}
          </li>
        ))}
      </ol>
      <section aria-labelledby="step-title">
        <h2 id="step-title" class="unseen" tabIndex={-1} ref={heading}>
          Step {now.step + 1} of {steps.length}: {steps[now.step]}
        </h2>
        {now.step === 0 && (
          <SearchStep
            found={(result) => (state.value = { step: 1, result })}
            added={(names) => (state.value = { step: 3, names })}
          />
        )}
        {now.step === 1 && (
          <FoundStep
            result={now.result}
            back={() => (state.value = { step: 0 })}
            choose={(chosen) => (state.value = { step: 2, result: now.result, chosen })}
            added={(names) => (state.value = { step: 3, names })}
          />
        )}
        {now.step === 2 && (
          <NameStep
            chosen={now.chosen}
            back={() => (state.value = { step: 1, result: now.result })}
            added={(names) => (state.value = { step: 3, names })}
          />
        )}
        {now.step === 3 && <DoneStep names={now.names} again={() => (state.value = { step: 0 })} />}
      </section>
    </>
  );
}
