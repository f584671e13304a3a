import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { SignalboxClient } from '../../../../src/client/index.ts';
import { hasCode } from '../../../../src/kernel/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { tell, tellError } from '../../app/notices.ts';

/** What is polled of an instrument. */
export interface Polls {
  /** Empty where nothing is; undefined until it is known. */
  readonly parameters: readonly string[] | undefined;
  readonly everyMs: number | undefined;
  /** Polls a parameter from now on, or no more: a change of the configuration. */
  readonly change: (parameter: string, isPolled: boolean) => Promise<void>;
}

interface PollReport {
  readonly instrument: string;
  readonly parameters: readonly string[];
  readonly everyMs: number;
}

/** What is polled of an instrument; asked for again after each change of the configuration. */
export function usePolls(instrument: string): Polls {
  const gateway = useGateway();
  const client = gateway.client.value;
  const poll = useSignal<PollReport | undefined>(undefined);
  const isKnown = useSignal(false);
  const revision = useSignal(0);
  useEffect(() => {
    const told = gateway.events.on('happened', ({ event }) => {
      if (event === 'config') revision.value += 1;
    });
    return () => told[Symbol.dispose]();
  }, [gateway]);
  useEffect(() => {
    const stop = new AbortController();
    void client
      .request<{ polls: readonly PollReport[] }>('GET', ['polls'], { signal: stop.signal })
      .then(({ polls }) => {
        poll.value = polls.find((each) => each.instrument === instrument);
        isKnown.value = true;
      })
      .catch((error: unknown) => {
        if (hasCode(error, 'NOT_FOUND')) isKnown.value = true;
        else if (!stop.signal.aborted) tellError(error);
      });
    return () => stop.abort();
  }, [gateway, client, instrument, revision.value]);
  const parameters = isKnown.value ? (poll.value?.parameters ?? []) : undefined;
  return {
    parameters,
    everyMs: poll.value?.everyMs,
    change: async (parameter, isPolled) => {
      await changePolls(client, instrument, parameters ?? [], parameter, isPolled);
      revision.value += 1;
    },
  };
}

async function changePolls(
  client: SignalboxClient,
  instrument: string,
  before: readonly string[],
  parameter: string,
  isPolled: boolean,
): Promise<void> {
  const path = ['instruments', instrument, 'poll'];
  const others = before.filter((each) => each !== parameter);
  const wanted = isPolled ? [...others, parameter] : others;
  const change =
    wanted.length === 0
      ? ({ path, delete: true } as const)
      : ({ path: [...path, 'parameters'], value: wanted } as const);
  try {
    await client.changeSettings([change], {
      why: `${isPolled ? 'watch' : 'stop watching'} ${instrument} ${parameter}`,
    });
    tell('good', `${parameter} is ${isPolled ? 'polled from now on' : 'polled no more'}.`);
  } catch (error) {
    tellError(error);
  }
}
