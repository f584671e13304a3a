import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A program that has a device open. */
export interface OpenProgram {
  /** Its name, as `ps` shows it: `python3`. */
  readonly program: string;
  /** Its command line, cut at {@link commandCharactersMost}. */
  readonly command: string;
  readonly pid: number;
  /** The name of the user that it runs as, or `uid 1000` where the number has no name here. */
  readonly user: string;
  /** Whether it made the pseudo-terminal in question: it stands for the device, and is no rival. */
  readonly isOtherEnd: boolean;
}

/** Who has a device open, as far as this user may see. */
export interface OpenPrograms {
  readonly programs: readonly OpenProgram[];
  /** How many processes of other users could not be looked into. */
  readonly hidden: number;
}

/** A command line is cut there. */
export const commandCharactersMost = 200;

/** Looking through all processes holds up other work for so long at a time. */
const lookMostMs = 1;

/**
 * Finds the programs that have a device open, by /proc. Programs that lock it (flock) are found even
 * when they belong to another user. Empty where there is no /proc.
 * Source: man 5 proc (`/proc/pid/fd`, `/proc/locks`).
 */
export async function findOpenPrograms(path: string): Promise<OpenPrograms> {
  if (process.platform !== 'linux') return { programs: [], hidden: 0 };
  const device = await realpath(path).catch(() => path);
  const users = await userNames();
  const lockers = await lockingPids(device);
  const found = new Map<number, OpenProgram>();
  let hidden = 0;
  let beganMs = performance.now();
  for (const name of await readdir('/proc').catch(() => [])) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const hold = holdOf(pid, device);
    if (hold === 'hidden') hidden += 1;
    if (hold === 'open' || hold === 'other-end' || lockers.has(pid)) {
      const program = describeProgram(pid, users, hold === 'other-end');
      if (program !== undefined) found.set(pid, program);
    }
    if (performance.now() - beganMs < lookMostMs) continue;
    await nextTurn();
    beganMs = performance.now();
  }
  return { programs: [...found.values()], hidden };
}

/** A program as messages name it: `python3 (pid 4711, user anna)`. */
export function describeOpenProgram({ program, pid, user }: OpenProgram): string {
  return `${program} (pid ${pid}, user ${user})`;
}

/** What a process has to do with a device. `hidden`: this user may not look. */
type Hold = 'none' | 'open' | 'other-end' | 'hidden';

/** A process that ended meanwhile has nothing open. */
function holdOf(pid: number, device: string): Hold {
  const folder = `/proc/${pid}/fd`;
  try {
    const targets = readdirSync(folder).map((fd) => [fd, linkTarget(`${folder}/${fd}`)] as const);
    if (!targets.some(([, target]) => target === device)) return 'none';
    const terminal = /^\/dev\/pts\/(\d+)$/.exec(device)?.[1];
    const isOtherEnd =
      terminal !== undefined &&
      targets.some(
        ([fd, target]) => target?.endsWith('/ptmx') === true && masterOf(pid, fd) === terminal,
      );
    return isOtherEnd ? 'other-end' : 'open';
  } catch (error) {
    return isDenied(error) ? 'hidden' : 'none';
  }
}

/** The number of the pseudo-terminal whose master a descriptor is. Source: man 5 proc_pid_fdinfo. */
function masterOf(pid: number, fd: string): string | undefined {
  try {
    const facts = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
    return /^tty-index:\s*(\d+)$/m.exec(facts)?.[1];
  } catch {
    // The descriptor was closed while we looked.
    return undefined;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor was closed while we looked.
    return undefined;
  }
}

function isDenied(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')
  );
}

/** A process as a program; undefined when it has ended. */
export function describeProgram(
  pid: number,
  users: ReadonlyMap<number, string>,
  isOtherEnd: boolean,
): OpenProgram | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    const { uid } = statSync(`/proc/${pid}`);
    return {
      program: basename(words[0] ?? name) || name,
      command: words.join(' ').slice(0, commandCharactersMost),
      pid,
      user: users.get(uid) ?? `uid ${uid}`,
      isOtherEnd,
    };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

/** By number. Source: man 5 passwd. */
export async function userNames(): Promise<Map<number, string>> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  return new Map(
    lines.map((line) => line.split(':')).map(([name, , uid]) => [Number(uid), name ?? '']),
  );
}

/** Processes that hold an flock on the device. The list of locks can be read by everybody. */
async function lockingPids(device: string): Promise<Set<number>> {
  const pids = new Set<number>();
  const status = await stat(device).catch(() => undefined);
  if (status === undefined) return pids;
  const wanted = `${hex(major(status.dev))}:${hex(minor(status.dev))}:${status.ino}`;
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  for (const line of locks.split('\n')) {
    const [, kind, , , pid, file] = line.trim().split(/\s+/);
    if (kind === 'FLOCK' && file === wanted) pids.add(Number(pid));
  }
  return pids;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

function major(device: number): number {
  return (device >> 8) & 0xf_ff;
}

function minor(device: number): number {
  return (device & 0xff) | ((device >> 12) & 0xf_ff_00);
}
