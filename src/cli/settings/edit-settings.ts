import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Config, ConfigCommit, ConfigStore } from '../../config/index.ts';
import { asSignalboxError, hasCode, SignalboxError } from '../../kernel/index.ts';
import { checkSomebodyThere, needConsent } from '../consent.ts';
import { note } from '../output.ts';

/** What came of editing: nothing, or a revision. */
export type Edited = ConfigCommit<void> | undefined;

/**
 * Opens an editor on a copy of the file, until it is good or given up, and puts the copy in its place
 * unless somebody else has changed it meanwhile.
 * @throws CONFIG_CONFLICT, which says where the copy is kept; CANCELLED
 */
export async function editSettings(
  store: ConfigStore<Config>,
  why: string | undefined,
  signal: AbortSignal,
): Promise<Edited> {
  const { revision: expectedRevision, text: before } = store;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-edit-'));
  const copy = join(folder, basename(store.file));
  let isKept = false;
  try {
    await writeFile(copy, before, { mode: 0o600 });
    for (;;) {
      await edit(copy);
      const text = await readFile(copy, 'utf8');
      if (text === before) return undefined;
      try {
        return await store.replace(text, {
          expectedRevision,
          why: why ?? 'edited',
          signal,
        });
      } catch (error) {
        if (hasCode(error, 'CONFIG_CONFLICT')) {
          isKept = true;
          throw kept(error, copy);
        }
        if (!hasCode(error, 'CONFIG_INVALID', 'CONFIG_UNREADABLE')) throw error;
        for (const line of asSignalboxError(error).message.split('\n')) note(line);
        isKept = true;
        checkSomebodyThere('Go on editing?', whereKept(copy));
        isKept = false;
        await needConsent('Go on editing?', signal);
      }
    }
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true });
  }
}

/** @throws BAD_ARGUMENT when there is no editor, or it failed */
async function edit(path: string): Promise<void> {
  const editor = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi';
  // It may have options: the shell takes it apart, as it does for git.
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  throw new SignalboxError('BAD_ARGUMENT', `the editor '${editor}' ended with ${code}`, {
    nextStep: 'Name another one in EDITOR.',
  });
}

function whereKept(copy: string): string {
  return `What you wrote is in ${copy}; see what differs, then edit again.`;
}

function kept(error: unknown, copy: string): SignalboxError {
  const { code, message, details } = asSignalboxError(error);
  return new SignalboxError(code, message, {
    details: { ...details, copy },
    nextStep: whereKept(copy),
    cause: error,
  });
}
