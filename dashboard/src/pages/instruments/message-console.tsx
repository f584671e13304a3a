import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';

import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { preciseTimeText } from '../../parts/format.ts';
import { leaseOption } from './held-leases.ts';

/** Older ones go. */
const entriesMost = 200;

interface Entry {
  readonly id: number;
  readonly atMs: number;
  readonly message: string;
  readonly reply?: string;
  readonly problem?: string;
}

/** Messages in the instrument's own language, and its replies. */
export function MessageConsole({ instrument }: { readonly instrument: string }): JSX.Element {
  const client = useGateway().client.value;
  const typed = useSignal('');
  const entries = useSignal<readonly Entry[]>([]);
  const isBusy = useSignal(false);
  /** Where in what was sent before somebody is, counted from the newest; 0 is the new one. */
  const back = useRef(0);
  const log = useRef<HTMLDivElement>(null);
  const id = useId();
  const send = async (): Promise<void> => {
    const message = typed.value.trim();
    if (message === '' || isBusy.value) return;
    isBusy.value = true;
    back.current = 0;
    const entry: Entry = { id: Date.now() + Math.random(), atMs: Date.now(), message };
    const add = (more: Partial<Entry>): void => {
      const others = entries.value.filter((each) => each.id !== entry.id);
      entries.value = [...others, { ...entry, ...more }].slice(-entriesMost);
      requestAnimationFrame(() => log.current?.scrollTo(0, log.current.scrollHeight));
    };
    add({});
    try {
      if (message.includes('?')) {
        add({ reply: await client.query(instrument, message, leaseOption(instrument)) });
      } else {
        await client.send(instrument, message, leaseOption(instrument));
        add({ reply: '' });
      }
      typed.value = '';
    } catch (error) {
      add({ problem: errorText(error) });
    } finally {
      isBusy.value = false;
    }
  };
  const recall = (by: 1 | -1): void => {
    const sent = entries.value.map(({ message }) => message);
    back.current = Math.min(sent.length, Math.max(0, back.current + by));
    typed.value = back.current === 0 ? '' : (sent[sent.length - back.current] ?? '');
  };
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <div class="part-header">
        <h2 id={`${id}-title`}>Messages</h2>
        {entries.value.length > 0 && (
          <button type="button" class="small" onClick={() => (entries.value = [])}>
            Clear
          </button>
        )}
      </div>
      <div class="card console">
        <div class="log code" role="log" aria-label="Messages and replies" tabIndex={0} ref={log}>
          {entries.value.length === 0 && (
            <p class="soft">
              What is sent here goes in line with everybody’s requests. A message with ? is
              answered.
            </p>
          )}
          {entries.value.map(({ id: key, atMs, message, reply, problem }) => (
            <div key={key} class="entry">
              <time class="soft">{preciseTimeText(atMs)}</time>
              <div>
                <div>
                  <span class="soft" aria-hidden="true">
                    ›{' '}
                  </span>
                  {message}
                </div>
                {reply !== undefined && reply !== '' && <div class="reply">{reply}</div>}
                {reply === '' && <div class="soft">sent</div>}
                {reply === undefined && problem === undefined && <div class="soft">…</div>}
                {problem !== undefined && <div class="bad">{problem}</div>}
              </div>
            </div>
          ))}
        </div>
        <form
          class="console-line"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <label class="unseen" for={`${id}-message`}>
            Message to {instrument}
          </label>
          <input
            id={`${id}-message`}
            class="code"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="*IDN?"
            value={typed}
            onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
              event.preventDefault();
              recall(event.key === 'ArrowUp' ? 1 : -1);
            }}
          />
          <button type="submit" class="main" disabled={isBusy.value || typed.value.trim() === ''}>
            Send
          </button>
        </form>
      </div>
    </section>
  );
}
