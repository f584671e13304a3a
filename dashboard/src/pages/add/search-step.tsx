import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';

import { hasCode } from '../../../../src/kernel/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { resultOf, typedPlaces } from './add-plan.ts';
import type { SearchResult } from './add-plan.ts';
import { SimulatedOffers } from './simulated-offers.tsx';

const places = [
  [
    'serial',
    'Serial devices of the gateway’s machine',
    'USB adapters and serial lines that nobody uses',
  ],
  ['network', 'Its networks', 'by multicast DNS and VXI-11 broadcast: LXI instruments and others'],
  ['ports', 'Its ports', 'asked in line with everybody; finds new instruments on a bus'],
] as const;
type Where = (typeof places)[number][0];

interface Properties {
  readonly found: (result: SearchResult) => void;
  readonly added: (names: readonly string[]) => void;
}

/** Where to look; a search that can be stopped. */
export function SearchStep({ found, added }: Properties): JSX.Element {
  const client = useGateway().client.value;
  const where = useSignal<readonly Where[]>(['serial', 'ports']);
  const typed = useSignal('');
  const progress = useSignal<{ readonly share: number; readonly message: string } | undefined>(
    undefined,
  );
  const problem = useSignal<string | undefined>(undefined);
  const stop = useSignal<AbortController | undefined>(undefined);
  const id = useId();
  useEffect(() => () => stop.peek()?.abort(), []);
  const { addresses, networks } = typedPlaces(typed.value);
  const isNowhere = where.value.length + addresses.length + networks.length === 0;
  const search = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isNowhere) return;
    const ending = new AbortController();
    stop.value = ending;
    problem.value = undefined;
    progress.value = { share: 0, message: 'beginning' };
    try {
      const wish = { where: where.value, addresses, networks };
      const report = await client.discoverPlaces(wish, {
        signal: ending.signal,
        progress: (share, message) => (progress.value = { share, message }),
      });
      found(resultOf(report));
    } catch (error) {
      if (!hasCode(error, 'CANCELLED')) problem.value = errorText(error);
    } finally {
      stop.value = undefined;
      progress.value = undefined;
    }
  };
  if (progress.value !== undefined) {
    const { share, message } = progress.value;
    return (
      <div class="card searching">
        <p role="status">Looking: {message === '' ? 'beginning' : message} …</p>
        <progress aria-label="Search" {...(share > 0 ? { value: share, max: 1 } : {})} />
        <div class="actions">
          <button type="button" onClick={() => stop.value?.abort()}>
            Stop
          </button>
          <span class="soft number">{Math.round(share * 100)} %</span>
        </div>
      </div>
    );
  }
  return (
    <>
      <form class="card search-form" noValidate onSubmit={(event) => void search(event)}>
        <fieldset>
          <legend>Where to look</legend>
          {places.map(([name, title, about]) => (
            <label key={name} class="check place">
              <input
                type="checkbox"
                checked={where.value.includes(name)}
                onChange={({ currentTarget: { checked } }) => {
                  const others = where.value.filter((each) => each !== name);
                  where.value = checked ? [...others, name] : others;
                }}
              />
              <span>
                {title} <span class="soft">{about}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="stack">
          <label for={`${id}-addresses`}>Addresses and networks</label>
          <input
            id={`${id}-addresses`}
            class="code"
            placeholder="192.168.1.20:5025  192.168.1.0/24"
            autocomplete="off"
            spellcheck={false}
            aria-describedby={`${id}-about`}
            value={typed}
            onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
          />
          <p id={`${id}-about`} class="soft">
            HOST:PORT, a device, http://HOST, or a whole network for miners: 192.168.1.0/24. Several
            with spaces between; empty where you know none.
          </p>
        </div>
        <p class="bad" role="alert">
          {problem.value ?? ''}
        </p>
        <div class="actions">
          <button type="submit" class="main" disabled={isNowhere}>
            Search
          </button>
          {isNowhere && <span class="soft">Choose a place, or type an address.</span>}
        </div>
      </form>
      <SimulatedOffers title="Nothing at hand? Begin with a simulated one" added={added} />
    </>
  );
}
