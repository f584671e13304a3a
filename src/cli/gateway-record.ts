import { readFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** How the gateways of this user on this machine can be found. */
export interface GatewayRecord {
  readonly name: string;
  readonly pid: number;
  /** When that process began, in ticks since the machine's start: its number may be used again. */
  readonly startTicks: string;
  /** Absent when it has no HTTP door. */
  readonly url?: string;
  /** Where its token is kept, when it requires one. */
  readonly tokenFile?: string;
  /** The configuration that it was started with. */
  readonly file: string;
  readonly stateFolder: string;
}

const recordName = 'gateway.json';

/** Writes down how this process can be found, until {@link removeRecord}. */
export async function writeRecord(
  runtimeFolder: string,
  facts: Omit<GatewayRecord, 'pid' | 'startTicks'>,
): Promise<void> {
  const record: GatewayRecord = {
    ...facts,
    pid: process.pid,
    startTicks: startTicksOf(process.pid) ?? '',
  };
  const path = join(runtimeFolder, recordName);
  await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function removeRecord(runtimeFolder: string): Promise<void> {
  await rm(join(runtimeFolder, recordName), { force: true });
}

/** The gateways of this user that run on this machine. */
export async function runningGateways(): Promise<GatewayRecord[]> {
  const base = join(
    process.env['XDG_RUNTIME_DIR'] ?? join(tmpdir(), `run-${userInfo().uid}`),
    'signalbox',
  );
  const names = await readdir(base).catch(() => []);
  const records = await Promise.all(names.map(async (name) => await readRecord(join(base, name))));
  return records.filter((record) => record !== undefined).filter(isRunning);
}

/** Whether the process that wrote it is still there. */
export function isRunning({ pid, startTicks }: GatewayRecord): boolean {
  return startTicksOf(pid) === startTicks;
}

async function readRecord(folder: string): Promise<GatewayRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, recordName), 'utf8')) as GatewayRecord;
  } catch {
    // None, or another user's.
    return undefined;
  }
}

/** Field 22 of /proc/pid/stat; the name in field 2 may hold anything. Source: man 5 proc_pid_stat. */
function startTicksOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
