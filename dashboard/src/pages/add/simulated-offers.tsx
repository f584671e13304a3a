import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { freeName, simulated, simulatedOffer } from './add-plan.ts';
import type { Simulated } from './add-plan.ts';

interface Properties {
  readonly title: string;
  readonly added: (names: readonly string[]) => void;
}

/** Simulated instruments: real wires and protocols, nothing to break. */
export function SimulatedOffers({ title, added }: Properties): JSX.Element {
  const gateway = useGateway();
  const isBusy = useSignal(false);
  const add = async (each: Simulated): Promise<void> => {
    isBusy.value = true;
    try {
      const { instruments = [], ports = [] } = gateway.status.peek() ?? {};
      const taken = [
        ...instruments.map(({ name }) => name),
        ...ports.map(({ name }) => name.replace(/-simulated$/, '')),
      ];
      const name = freeName(each.name, taken);
      await gateway.client.value.changeSettings(simulatedOffer(each, name), {
        why: `add the simulated ${name}`,
      });
      await gateway.refresh();
      added([name]);
    } catch (error) {
      tellError(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <section class="part" aria-label="Simulated instruments">
      <h3>{title}</h3>
      <ul class="cards simulated">
        {simulated.map((each) => (
          <li key={each.kind} class="card">
            <div class="row-title">{each.title}</div>
            <p class="soft">{each.about}</p>
            <button
              type="button"
              disabled={isBusy.value}
              aria-label={`Add it: ${each.title.toLowerCase()}, simulated`}
              onClick={() => void add(each)}
            >
              Add it
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
