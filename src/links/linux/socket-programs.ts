import { readdirSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeProgram, userNames } from './open-programs.ts';
import type { OpenProgram } from './open-programs.ts';

/** Looking through all processes holds up other work for so long at a time. */
const lookMostMs = 1;

/**
 * The programs that have sockets open, by the sockets' inode numbers, in one look at all processes.
 * What belongs to another user, or is gone, is left out; empty where there is no /proc. Of several
 * programs that share a socket, one.
 * Source: man 5 proc (`/proc/pid/fd`: `socket:[12345]`).
 */
export async function findSocketPrograms(
  inodes: ReadonlySet<string>,
): Promise<ReadonlyMap<string, OpenProgram>> {
  const found = new Map<string, OpenProgram>();
  if (process.platform !== 'linux' || inodes.size === 0) return found;
  const users = await userNames();
  let beganMs = performance.now();
  for (const name of await readdir('/proc').catch(() => [])) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const own = socketsOf(pid).filter((inode) => inodes.has(inode) && !found.has(inode));
    if (own.length > 0) {
      const program = describeProgram(pid, users, false);
      if (program !== undefined) for (const inode of own) found.set(inode, program);
    }
    if (found.size === inodes.size) break;
    if (performance.now() - beganMs < lookMostMs) continue;
    await nextTurn();
    beganMs = performance.now();
  }
  return found;
}

/** The inode numbers of the sockets that a process has open; none where this user may not look. */
function socketsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(targetOf(`${folder}/${fd}`)) ?? [];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor was closed while we looked.
    return '';
  }
}
