import { readFile, writeFile } from 'node:fs/promises';

/** Clock ticks of /proc/PID/stat a second. */
const ticksPerSecond = 100;

/** How much processor time a process has used, s. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime, fields 14 and 15 of proc(5).
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** How much memory it has now, MB. */
export async function residentMegabytes(pid: number): Promise<number> {
  return await statusMegabytes(pid, 'VmRSS');
}

/** The most memory that it has had since {@link resetPeak}, MB. */
export async function peakMegabytes(pid: number): Promise<number> {
  return await statusMegabytes(pid, 'VmHWM');
}

/** From now on, {@link peakMegabytes} counts anew: `5` to clear_refs, proc(5). */
export async function resetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

async function statusMegabytes(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_000;
}
