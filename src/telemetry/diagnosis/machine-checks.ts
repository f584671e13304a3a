import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../../kernel/index.ts';
import { check } from './check.ts';
import type { Check } from './check.ts';

/** With less than this the log and the token epoch are in danger. */
export const freeBytesLeast = 104_857_600;
const mebibyte = 1_048_576;
/** Earlier than the program itself: a clock that was never set. */
const earliestMs = Date.UTC(2026, 0);
/** A clock may differ so much before it is told of. */
const clockSlackMs = 5_000;

/** Whether the folder in which a gateway keeps its state has room and can be written. */
export async function checkDisk(stateFolder: string): Promise<Check> {
  return await check('disk', 'disk', async () => {
    const folder = await nearestFolder(stateFolder);
    const { bavail, bsize, files, ffree } = await statfs(folder);
    const free = bavail * bsize;
    const place = `${Math.floor(free / mebibyte)} MiB free at ${folder}`;
    if (free < freeBytesLeast || (files > 0 && ffree === 0)) {
      throw new SignalboxError(
        'CONFIG_UNREADABLE',
        ffree === 0 ? `no file left at ${folder}` : place,
        {
          nextStep: 'Free some space: the log and the token epoch are kept there.',
        },
      );
    }
    await tryWriting(folder);
    return `${place}, can be written`;
  });
}

/** Whether the clock can be right: leases, logs and readings carry its time. */
export async function checkClock(
  stateFolder: string,
  gatewaySinceMs: number | undefined,
): Promise<Check> {
  return await check('clock', 'clock', async () => {
    const nowMs = Date.now();
    const epoch = await stat(join(stateFolder, 'token-epoch')).catch(() => undefined);
    const known = [
      { what: 'this program', atMs: earliestMs },
      { what: 'the start of the gateway', atMs: gatewaySinceMs ?? 0 },
      { what: 'the last start with this state folder', atMs: epoch?.mtimeMs ?? 0 },
    ];
    const later = known.find(({ atMs }) => atMs > nowMs + clockSlackMs);
    const now = new Date(nowMs).toISOString();
    if (later === undefined) return now;
    throw new SignalboxError('CONFIG_INVALID', `${now} is before ${later.what}`, {
      nextStep: 'Set the clock, and let it be kept: sudo timedatectl set-ntp true',
    });
  });
}

async function nearestFolder(path: string): Promise<string> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() === true) return path;
  const parent = dirname(path);
  return parent === path ? path : await nearestFolder(parent);
}

async function tryWriting(folder: string): Promise<void> {
  const path = join(folder, `.signalbox-check-${process.pid}`);
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile('x');
    await file.sync();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SignalboxError('CONFIG_UNREADABLE', `${folder} cannot be written: ${why}`, {
      cause,
      nextStep: 'Make it writable for this user, or name another stateFolder.',
    });
  } finally {
    await rm(path, { force: true });
  }
}
