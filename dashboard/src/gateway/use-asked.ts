import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { SignalboxClient } from '../../../src/client/index.ts';
import { useGateway } from './gateway-context.ts';

/** What was asked for, as far as it has come. */
export interface Asked<Answer> {
  /** The last that came; stays while a newer one is not there. */
  readonly value: Answer | undefined;
  /** Why the last request failed; undefined when it did not. */
  readonly error: unknown;
  /** Asks now instead of a little later. */
  readonly again: () => void;
}

/**
 * Asks the gateway for something that no topic tells of, again and again while somebody looks. The
 * next request waits for the one before it.
 * @param ask makes the request; the newest one that was given is used
 * @param everyMs how long after an answer the next request is made; undefined asks once
 * @param key what is asked for: with another one what came before is forgotten
 */
export function useAsked<Answer>(
  ask: (client: SignalboxClient, signal: AbortSignal) => Promise<Answer>,
  everyMs: number | undefined,
  key = '',
): Asked<Answer> {
  const gateway = useGateway();
  const state = useSignal<{ value: Answer | undefined; error: unknown; key: string }>({
    value: undefined,
    error: undefined,
    key,
  });
  const newest = useRef(ask);
  newest.current = ask;
  const wake = useRef<() => void>(() => undefined);
  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    const later = (): void => {
      if (everyMs !== undefined && !left.signal.aborted) timer = setTimeout(look, everyMs);
    };
    const look = (): void => {
      clearTimeout(timer);
      if (isAsking) return;
      if (document.hidden) {
        later();
        return;
      }
      isAsking = true;
      void newest
        .current(gateway.client.value, left.signal)
        .then(
          (value) => ({ value, error: undefined, key }),
          (error: unknown) => ({ value: valueOf(state.peek(), key), error, key }),
        )
        .then((told) => {
          isAsking = false;
          if (left.signal.aborted) return;
          state.value = told;
          later();
        });
    };
    const seen = (): void => {
      if (!document.hidden) look();
    };
    document.addEventListener('visibilitychange', seen, { signal: left.signal });
    wake.current = look;
    look();
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [gateway, everyMs, key, state]);
  const { error } = state.value;
  return { value: valueOf(state.value, key), error, again: () => wake.current() };
}

function valueOf<Answer>(
  state: { readonly value: Answer | undefined; readonly key: string },
  key: string,
): Answer | undefined {
  return state.key === key ? state.value : undefined;
}
