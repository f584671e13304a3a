import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
  /** Whose overlay is on top of it. */
  readonly environment?: string;
  readonly stateFolder: string;
}

const recordName = 'gateway.json';

/** Writes down how this process can be found, until disposed. */
export async function keepRecord(
  facts: Omit<GatewayRecord, 'pid' | 'startTicks'>,
): Promise<AsyncDisposable> {
  const { pid } = process;
  const record: GatewayRecord = { ...facts, pid, startTicks: startTicksOf(pid) ?? '' };
  const folder = join(recordsFolder(), facts.name);
  const path = join(folder, recordName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return { [Symbol.asyncDispose]: async () => await rm(path, { force: true }) };
}

/** The gateways of this user that run on this machine. */
export async function runningGateways(): Promise<GatewayRecord[]> {
  const base = recordsFolder();
  const names = await readdir(base).catch(() => []);
  const records = await Promise.all(names.map(async (name) => await readRecord(join(base, name))));
  return records.filter((record) => record !== undefined).filter(isRunning);
}

/** Where gateways of this user are noted, whatever folders their configurations name. */
function recordsFolder(): string {
  const base =
    process.env['XDG_RUNTIME_DIR'] ?? join(tmpdir(), `run-${process.getuid?.() ?? 'user'}`);
  return join(base, 'signalbox');
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

/**
 * Field 22 of /proc/pid/stat; the name in field 2 may hold anything. Undefined for a process that is
 * not there, or has ended and only waits to be collected (Z, X). Source: man 5 proc_pid_stat.
 */
function startTicksOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
