import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SignalboxError } from '../kernel/index.ts';
import type { ErrorReport } from '../kernel/index.ts';

/** How long a gateway that is started in the background may take until it runs. */
export const startLongestMs = 60_000;
/** So much of what it says when it fails without a word for programs is shown. */
const saidCharactersMost = 4_000;

/** What a gateway says of itself once it runs. */
export interface StartedGateway {
  readonly name: string;
  readonly pid: number;
  readonly url: string | null;
}

type FirstLine = StartedGateway & { readonly error?: Partial<ErrorReport> };

/**
 * Starts a gateway in the background and waits until it runs.
 * @throws what it failed with; WAIT_TIMEOUT when it takes too long: then it is ended
 */
export async function startDetached(file: string, environment?: string): Promise<StartedGateway> {
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(isSource ? './main.ts' : './main.js', import.meta.url));
  const overlay = environment === undefined ? [] : ['--environment', environment];
  const child = spawn(process.execPath, [main, 'start', file, ...overlay, '--json'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-saidCharactersMost);
  });
  const lines = createInterface({ input: child.stdout });
  using deadline = new DisposableStack();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    child.kill('SIGTERM');
    late.reject(
      new SignalboxError('WAIT_TIMEOUT', `the gateway does not run after ${startLongestMs} ms`, {
        nextStep: 'See why with `signalbox logs`, or start it without --detach.',
      }),
    );
  }, startLongestMs);
  deadline.defer(() => clearTimeout(timer));
  const first = await Promise.race([firstLine(child, lines, () => said), late.promise]);
  if (first.error !== undefined) throw SignalboxError.fromReport(first.error);
  // From here on it is on its own; its log has what it has to say.
  lines.close();
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  return first;
}

async function firstLine(
  child: ChildProcess,
  lines: ReturnType<typeof createInterface>,
  said: () => string,
): Promise<FirstLine> {
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'close').then(() => undefined),
  ]);
  if (line !== undefined) return JSON.parse(line) as FirstLine;
  throw new SignalboxError('INTERNAL', `the gateway did not start: ${said().trim()}`);
}
