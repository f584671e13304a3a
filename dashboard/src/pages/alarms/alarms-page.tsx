import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { useGateway } from '../../gateway/gateway-context.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { AlarmsView } from './alarms-view.ts';
import { previewWhileTyping } from './schedule-preview.ts';

/** How long an alarm rings on is no event: while somebody looks it is asked for this often. */
const refreshEveryMs = 2_000;

const columns = ['Run', 'What', 'Due', 'State', 'Why', 'Took', 'By', 'Steps'];

/** Alarms and jobs, when they run next and how they ran; sleep timers. Its view fills what is in it. */
export default function AlarmsPage(): JSX.Element {
  const gateway = useGateway();
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const view = new AlarmsView(gateway, signal);
    const refresh = (): void => {
      if (!document.hidden) void view.refreshAll();
    };
    previewWhileTyping(gateway, signal);
    document.addEventListener('visibilitychange', refresh, { signal });
    const timer = setInterval(refresh, refreshEveryMs);
    refresh();
    return () => {
      left.abort();
      clearInterval(timer);
    };
  }, [gateway]);
  return (
    <>
      <PageHeader
        title="Alarms"
        actions={
          <button type="button" id="add-alarm" class="main">
            Add an alarm
          </button>
        }
      >
        Music that wakes, and jobs that run at their times.
      </PageHeader>
      <p id="trouble" class="bad" role="status" />
      <div id="missed" class="banner bad" role="alert" hidden />
      <div id="done" class="banner" role="status" hidden />
      <section aria-labelledby="alarms-title">
        <h2 id="alarms-title" class="unseen">
          Alarms
        </h2>
        <ul class="cards" id="alarms" />
      </section>
      <div id="players-part" hidden>
        <section class="part" aria-labelledby="players-title">
          <h2 id="players-title">Players</h2>
          <ul class="cards" id="players" />
        </section>
      </div>
      <section class="part" aria-labelledby="jobs-title">
        <h2 id="jobs-title">Jobs</h2>
        <ul class="cards" id="jobs" />
        <p class="soft after">
          Jobs are made and changed under <a href="/settings">Settings</a>.
        </p>
      </section>
      <section class="part" aria-labelledby="preview-title">
        <h2 id="preview-title">When would it run?</h2>
        <form id="preview" class="row">
          <label>
            Minute, hour, day, month, weekday{' '}
            <input
              id="preview-cron"
              type="text"
              maxLength={200}
              placeholder="0 6 * * 1-5"
              autocomplete="off"
              spellcheck={false}
            />
          </label>
          <label>
            Time zone{' '}
            <input
              id="preview-zone"
              type="text"
              maxLength={64}
              placeholder="Europe/Vienna"
              autocomplete="off"
              spellcheck={false}
            />
          </label>
        </form>
        <ol id="preview-times" class="times" aria-live="polite" />
      </section>
      <section class="part" aria-labelledby="runs-title">
        <h2 id="runs-title">Runs</h2>
        <p id="no-runs" class="soft" hidden>
          Nothing has run yet.
        </p>
        <div id="runs-table" class="table blocks" hidden>
          <table role="table" aria-labelledby="runs-title">
            <thead role="rowgroup">
              <tr role="row">
                {columns.map((column) => (
                  <th key={column} scope="col" role="columnheader">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup" id="runs" />
          </table>
        </div>
      </section>
      <dialog id="alarm-form" aria-labelledby="alarm-form-title" />
      <dialog id="dry-run" aria-labelledby="dry-run-title" />
    </>
  );
}
