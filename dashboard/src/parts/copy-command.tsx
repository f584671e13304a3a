import type { JSX } from 'preact';

import { tell } from '../app/notices.ts';
import { Icon } from './icon.tsx';

/** A command for a terminal, with a button that puts it on the clipboard. */
export function CopyCommand({ command }: { readonly command: string }): JSX.Element {
  return (
    <span class="command">
      <code>{command}</code>
      <button
        type="button"
        class="quiet"
        title="Copy the command"
        onClick={() => void copy(command)}
      >
        <Icon name="copy" />
        <span class="unseen">Copy {command}</span>
      </button>
    </span>
  );
}

/** A page that did not come over HTTPS or from this machine has no clipboard. */
async function copy(command: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(command);
    tell('plain', 'The command is on the clipboard.');
  } catch {
    tell('plain', 'The browser keeps the clipboard from this page: select the command by hand.');
  }
}
