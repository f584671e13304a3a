import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { LiveLease } from '../client/index.ts';
import { exitCodes } from './exit-codes.ts';
import { note } from './output.ts';

/** A command that was asked to end, because its lease was lost, is killed after this long. */
export const endLongestMs = 5_000;

/**
 * Runs a command under a lease, whose token it finds in SIGNALBOX_LEASE. Ctrl-C and `kill` are the
 * command's to answer; when the lease is lost the command is ended, because it relies on it.
 * @returns its exit code; 128 and the signal's number when a signal ended it; 126 or 127 when it
 *   cannot be run
 */
export async function runCommand(words: readonly string[], lease: LiveLease): Promise<number> {
  const [command = '', ...args] = words;
  const { promise, resolve } = Promise.withResolvers<number>();
  const env = { ...process.env, SIGNALBOX_LEASE: lease.token };
  const child = spawn(command, args, { stdio: 'inherit', env });
  child.once('error', (error: NodeJS.ErrnoException) => {
    const isAbsent = error.code === 'ENOENT';
    note(`signalbox: ${command}: ${isAbsent ? 'no such command' : error.message}`);
    resolve(isAbsent ? exitCodes.notFound : exitCodes.notExecutable);
  });
  child.once('exit', (code, ended) => resolve(code ?? 128 + constants.signals[ended ?? 'SIGTERM']));
  using ending = new DisposableStack();
  const lost = (): void => {
    note('signalbox: the lease was lost, so the command is ended');
    ending.defer(end(child));
  };
  // A terminal gives Ctrl-C to the command itself.
  const passOn = (): void => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  };
  const terminate = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', passOn);
  process.on('SIGTERM', terminate);
  lease.lost.addEventListener('abort', lost, { once: true });
  if (lease.lost.aborted) lost();
  try {
    return await promise;
  } finally {
    process.off('SIGINT', passOn);
    process.off('SIGTERM', terminate);
    lease.lost.removeEventListener('abort', lost);
  }
}

function end(child: ChildProcess): () => void {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endLongestMs);
  return () => clearTimeout(timer);
}
