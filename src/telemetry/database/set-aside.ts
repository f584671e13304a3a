import { existsSync, renameSync } from 'node:fs';
import type { SignalboxError } from '../../kernel/index.ts';
import { isDamaged } from './database-errors.ts';

/** Told of a damaged file, and of its new name. */
export type SetAside = (error: SignalboxError, movedTo: string) => void;

/**
 * Opens what is kept in a file; a damaged one is set aside for a new one.
 * @throws what `open` throws for a file that is not damaged, and for the new one
 */
export function openOrSetAside<Opened>(
  path: string,
  nowMs: number,
  open: () => Opened,
  setAside: SetAside,
): Opened {
  try {
    return open();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    setAside(error, moveAside(path, nowMs));
    return open();
  }
}

/** Gives a damaged file another name. @returns which */
export function moveAside(path: string, nowMs: number): string {
  const movedTo = `${path}.damaged-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
  // With what was written and not yet put in its place, or the new file would get it.
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(path + part)) renameSync(path + part, movedTo + part);
  }
  return movedTo;
}
