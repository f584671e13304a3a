import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { SystemReport, SystemSampleReport } from '../../../../src/client/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';

/** So much of the past is shown. */
const shownSeconds = 300;

/** What is shown of the process, by what each sample has. */
export interface SystemPast {
  readonly now: SystemSampleReport;
  readonly cpuShare: readonly number[];
  readonly rssBytes: readonly number[];
  readonly eventLoopDelayP99Ms: readonly number[];
}

/** The process of the gateway over the last minutes; undefined before it is told, or where nobody looks at it. */
export function useSystem(): SystemPast | undefined {
  const gateway = useGateway();
  const past = useSignal<SystemPast | undefined>(undefined);
  useEffect(() => {
    const left = new AbortController();
    let stop = (): void => undefined;
    void gateway.client.value
      .system({ seconds: shownSeconds, signal: left.signal })
      .then((report) => {
        if (left.signal.aborted) return;
        const samplesMost = Math.ceil((shownSeconds * 1_000) / report.history.everyMs);
        past.value = beginning(report);
        stop = gateway.topics.follow('system', (data) => {
          if (past.value !== undefined) {
            past.value = withSample(past.value, data as SystemSampleReport, samplesMost);
          }
        });
      })
      .catch(() => undefined);
    return () => {
      left.abort();
      stop();
    };
  }, [gateway, past]);
  return past.value;
}

function beginning({ now, history }: SystemReport): SystemPast {
  const { cpuShare, rssBytes, eventLoopDelayP99Ms } = history;
  return { now, cpuShare, rssBytes, eventLoopDelayP99Ms };
}

/** With one more sample; the oldest goes when there are too many. */
export function withSample(
  past: SystemPast,
  now: SystemSampleReport,
  samplesMost: number,
): SystemPast {
  if (now.atMs <= past.now.atMs) return past;
  const added = (values: readonly number[], value: number): readonly number[] =>
    [...values, value].slice(-samplesMost);
  return {
    now,
    cpuShare: added(past.cpuShare, now.cpuShare),
    rssBytes: added(past.rssBytes, now.rssBytes),
    eventLoopDelayP99Ms: added(past.eventLoopDelayP99Ms, now.eventLoopDelay.p99Ms),
  };
}
