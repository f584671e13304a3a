import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { TraceReport } from '../../../../src/client/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { merged } from './merge-traffic.ts';

/** A busy wire has hundreds of exchanges a second: they are shown together this often. */
const showEveryMs = 200;

/** The newest exchanges of a port. */
export interface Traffic {
  /** Oldest first; in the order of their numbers, which have no gap where none was left out. */
  readonly exchanges: readonly TraceReport[];
  /** How many have come while it was paused. */
  readonly held: number;
  readonly clear: () => void;
}

/** Follows what goes over the wire of a port. While it is paused, what is shown stays. */
export function useTraffic(port: string, isPaused: boolean): Traffic {
  const gateway = useGateway();
  const shown = useSignal<{ exchanges: readonly TraceReport[]; held: number }>({
    exchanges: [],
    held: 0,
  });
  const paused = useRef(isPaused);
  const kept = useRef<TraceReport[]>([]);
  paused.current = isPaused;
  useEffect(() => {
    kept.current = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      timer = undefined;
      if (!paused.current) {
        shown.value = { exchanges: [...kept.current], held: 0 };
        return;
      }
      const last = shown.peek().exchanges.at(-1)?.sequence ?? -1;
      const held = kept.current.filter(({ sequence }) => sequence > last).length;
      shown.value = { ...shown.peek(), held };
    };
    const stop = gateway.topics.follow(`traffic.${port}`, (data) => {
      const { exchange, exchanges } = data as {
        readonly exchange?: TraceReport;
        readonly exchanges?: readonly TraceReport[];
      };
      kept.current = merged(kept.current, exchanges ?? (exchange === undefined ? [] : [exchange]));
      timer ??= setTimeout(show, showEveryMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [gateway, port, shown]);
  useEffect(() => {
    if (!isPaused) shown.value = { exchanges: [...kept.current], held: 0 };
  }, [isPaused, shown]);
  const clear = (): void => {
    kept.current = [];
    shown.value = { exchanges: [], held: 0 };
  };
  return { ...shown.value, clear };
}
