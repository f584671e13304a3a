import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { beforeLeaving, navigate } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { make } from '../../parts/elements.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { agreed } from './dialogs.ts';
import { SettingsView } from './settings-view.ts';

/** What others save is looked for this often, beside what the gateway tells of it. */
const lookEveryMs = 5_000;

/** A form for the whole configuration, and its history. What is in it is put there by its view. */
export default function SettingsPage(): JSX.Element {
  const gateway = useGateway();
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const view = new SettingsView(gateway, signal);
    const look = (): void => {
      if (!document.hidden) void view.look();
    };
    document.addEventListener(
      'keydown',
      (event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return;
        event.preventDefault();
        void view.save();
      },
      { signal },
    );
    window.addEventListener(
      'beforeunload',
      (event) => {
        if (view.isChanged) event.preventDefault();
      },
      { signal },
    );
    document.addEventListener('visibilitychange', look, { signal });
    const timer = setInterval(look, lookEveryMs);
    const stopAsking = beforeLeaving((path) => {
      if (!view.isChanged) return true;
      void leaveAnyway(view, path);
      return false;
    });
    void view.load();
    return () => {
      left.abort();
      clearInterval(timer);
      stopAsking();
    };
  }, [gateway]);
  return (
    <>
      <PageHeader title="Settings">
        <span id="version" />
      </PageHeader>
      <p id="trouble" class="bad" role="status" />
      <div id="banner" class="banner" role="status" hidden />
      <div id="form" />
      <section class="part" aria-labelledby="history-title">
        <h2 id="history-title">History</h2>
        <ol id="revisions" class="revisions" />
      </section>
      <p id="saved" class="good" role="status" />
      <div id="bar" class="bar" role="region" aria-label="Unsaved changes" hidden>
        <strong id="count" role="status" />
        <label for="why">Why</label>
        <input id="why" maxLength={500} autocomplete="off" placeholder="for the history" />
        <button type="button" id="discard">
          Discard
        </button>
        <button type="button" id="save" class="main">
          Save
        </button>
      </div>
    </>
  );
}

async function leaveAnyway(view: SettingsView, path: string): Promise<void> {
  const why = make('p', {}, 'What you have changed here is not saved.');
  if (!(await agreed('Leave without saving?', why, 'Leave'))) return;
  view.discard();
  navigate(path);
}
