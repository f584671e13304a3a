import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** What a person is asked before something is done that cannot be taken back. */
export interface Question {
  readonly title: string;
  /** What will happen, and to whom. */
  readonly body: ComponentChildren;
  /** What the button says: the deed, not "yes". */
  readonly action: string;
  /** What the reason is for, where one is needed. */
  readonly reason?: string;
}

interface Asked extends Question {
  readonly answer: (reason: string | undefined) => void;
}

const asked = signal<Asked | undefined>(undefined);

/** Reasons that the gateway takes are at most so long. */
const reasonLongest = 500;

/**
 * Asks a person. Escape is no.
 * @returns the reason, or '' where none was asked for; undefined is no
 */
export async function askFirst(question: Question): Promise<string | undefined> {
  asked.peek()?.answer(undefined);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  asked.value = {
    ...question,
    answer: (reason) => {
      asked.value = undefined;
      resolve(reason);
    },
  };
  return await promise;
}

/** Where questions appear. */
export function QuestionDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const question = asked.value;
  useEffect(() => {
    if (question === undefined) dialog.current?.close();
    else if (dialog.current?.open === false) dialog.current.showModal();
  }, [question]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="question-title"
      onClose={() => asked.peek()?.answer(undefined)}
    >
      {question !== undefined && (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            question.answer(field.current?.value.trim() ?? '');
          }}
        >
          <h2 id="question-title">{question.title}</h2>
          <div>{question.body}</div>
          {question.reason !== undefined && (
            <>
              <label for="question-reason">Why</label>
              <input
                id="question-reason"
                ref={field}
                required
                pattern=".*\S.*"
                maxLength={reasonLongest}
                autocomplete="off"
                placeholder={question.reason}
              />
            </>
          )}
          <div class="actions">
            <button type="button" onClick={() => question.answer(undefined)}>
              Cancel
            </button>
            <button class="main">{question.action}</button>
          </div>
        </form>
      )}
    </dialog>
  );
}
