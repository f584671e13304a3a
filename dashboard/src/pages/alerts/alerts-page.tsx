import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { AlertsReport } from '../../../../src/client/index.ts';
import { tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { Loading } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { AlertHistory } from './alert-history.tsx';
import { AlertRules } from './alert-rules.tsx';
import { RaisedAlerts } from './raised-alerts.tsx';
import { SilenceList } from './silence-list.tsx';
import { WayList } from './way-list.tsx';
import './alerts.css';

/** What comes in one burst is asked for once. */
const burstMs = 150;

/** What is wrong now, what was, who knows, and what is looked for. */
export default function AlertsPage(): JSX.Element {
  const gateway = useGateway();
  const client = gateway.client.value;
  const report = useSignal<AlertsReport | undefined>(undefined);
  const revision = useSignal(0);
  const refresh = (): void => void (revision.value += 1);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        refresh();
      }, burstMs);
    };
    const stops = [gateway.topics.follow('alerts', soon), gateway.topics.follow('config', soon)];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [gateway]);
  useEffect(() => {
    const stop = new AbortController();
    client.alerts.list({ signal: stop.signal }).then(
      (found) => (report.value = found),
      (error: unknown) => {
        if (!stop.signal.aborted) tellError(error);
      },
    );
    return () => stop.abort();
  }, [client, revision.value]);
  if (report.value === undefined) {
    return (
      <>
        <PageHeader title="Alerts" />
        <Loading what="alerts" />
      </>
    );
  }
  const { alerts, silences, ways, history } = report.value;
  return (
    <>
      <PageHeader title="Alerts">
        What is wrong now, who knows of it, and what is looked for.
      </PageHeader>
      <RaisedAlerts rules={alerts} refresh={refresh} />
      {silences.length > 0 && <SilenceList silences={silences} refresh={refresh} />}
      <AlertRules rules={alerts} refresh={refresh} />
      <WayList ways={ways} refresh={refresh} />
      <AlertHistory newest={history} />
    </>
  );
}
