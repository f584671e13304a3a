import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

/** What a program came to, and how it spoke to the system about one device. */
export interface Traced {
  readonly code: number | null;
  readonly complaint: string;
  /** Each ioctl on the device: `ioctl(20, TIOCEXCL) = 0`. */
  readonly calls: readonly string[];
}

/**
 * Runs a Node program under strace and gives its ioctls on a device: what the kernel was really asked,
 * by us, by the event loop and by native code alike.
 */
export async function traced(
  device: string,
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly during?: (line: string) => Promise<void>;
  } = {},
): Promise<Traced> {
  const log = join(tmpdir(), `signalbox-trace-${randomUUID()}`);
  const watched = ['-f', '-e', 'trace=ioctl', '-P', device, '-o', log];
  const child = spawn('strace', [...watched, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const complaint = text(child.stderr);
  const ended = once(child, 'close') as Promise<[number | null]>;
  if (options.during !== undefined) {
    const lines = createInterface({ input: child.stdout });
    const said = once(lines, 'line') as Promise<[string]>;
    const [line] = await Promise.race([said, ended.then(() => [undefined])]);
    try {
      if (line !== undefined) await options.during(line);
    } finally {
      // strace itself does not end before what it runs.
      const traces = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      for (const pid of traces.split(' ').filter(Boolean)) process.kill(Number(pid), 'SIGTERM');
    }
  }
  const [code] = await ended;
  const calls = readFileSync(log, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^\d+\s+/, ''))
    .filter((line) => line.startsWith('ioctl('));
  rmSync(log, { force: true });
  return { code, complaint: await complaint, calls };
}

/** Those of the calls that move DTR or RTS, now or when the device is closed. */
export function lineMovements(calls: readonly string[]): readonly string[] {
  return calls.filter(
    (call) => /TIOCM(?:SET|BIS|BIC)|TIOC[SC]DTR/.test(call) || /TCSETS.*HUPCL/.test(call),
  );
}
