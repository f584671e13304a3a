import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { classifyLinkError } from '../link-error.ts';
import { hasLibc, loadLibc } from './libc.ts';

/** LOCK_EX and LOCK_NB of sys/file.h: for one alone, and without waiting. Source: man 2 flock. */
const exclusiveNow = 0x2 | 0x4;

/**
 * Holds a file for this process alone until disposed, or until the process ends, however it ends.
 * The process's number is written into it, for people. Where files cannot be locked (not Linux)
 * nobody is kept out.
 * @returns undefined when another process holds it
 * @throws LINK_COMMUNICATION when the file cannot be opened
 */
export async function lockFile(path: string): Promise<Disposable | undefined> {
  if (!hasLibc) return { [Symbol.dispose]: () => {} };
  const libc = await loadLibc();
  const fd = opened(path);
  if (libc.flock(fd, exclusiveNow) !== 0) {
    closeSync(fd);
    return undefined;
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`, 0);
  let isHeld = true;
  return {
    [Symbol.dispose]: () => {
      // The file stays: one that is taken away while another waits to lock it would be held twice.
      if (isHeld) closeSync(fd);
      isHeld = false;
    },
  };
}

function opened(path: string): number {
  try {
    // Not emptied at opening: it may be another's.
    return openSync(path, 'a+', 0o600);
  } catch (error) {
    throw classifyLinkError(error, path);
  }
}
