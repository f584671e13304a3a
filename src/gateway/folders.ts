import { mkdir, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxError } from '../kernel/index.ts';

/** Where a gateway of that name keeps what must outlive it: token epochs, its log, its process id. */
export function stateFolder(name: string): string {
  const base = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  return join(base, 'signalbox', name);
}

/** Where it puts virtual serial ports: gone with the machine's next start, open to this user alone. */
export function runtimeFolder(name: string): string {
  const base =
    process.env['XDG_RUNTIME_DIR'] ?? join(tmpdir(), `run-${process.getuid?.() ?? 'user'}`);
  return join(base, 'signalbox', name);
}

/**
 * Makes a folder that only this user can look into.
 * @throws FORBIDDEN when somebody else has made it before
 */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { uid } = await stat(path);
  if (uid === process.getuid?.()) return;
  throw new SignalboxError('FORBIDDEN', `${path} belongs to user ${uid}, not to this one`, {
    nextStep: 'Remove it, or set XDG_RUNTIME_DIR to a folder of your own.',
  });
}
