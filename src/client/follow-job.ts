import { asSignalboxError, SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { api } from './api-calls.ts';
import type { Transport } from './transport.ts';
import type { JobProgress, WaitOptions } from './client-options.ts';
import type { JobReport } from './reports.ts';

const lookEveryMs = 200;
/** A job that goes on for longer is given up. */
export const jobLongestMs = 600_000;

/**
 * Waits for the end of a job and gives its result. Who stops waiting takes the job back.
 * @throws what the job failed with; WAIT_TIMEOUT, CANCELLED, GATEWAY_UNREACHABLE
 */
export async function followJob(
  transport: Pick<Transport, 'call'>,
  begun: JobReport,
  options: WaitOptions & { readonly progress?: JobProgress | undefined },
  clock: Clock = systemClock,
): Promise<unknown> {
  const { signal, progress } = options;
  const untilMs = clock.monotonic() + jobLongestMs;
  const path = api('jobs', begun.id);
  let job = begun;
  try {
    while (job.state === 'running') {
      progress?.(job.share, job.message);
      if (clock.monotonic() > untilMs) {
        throw new SignalboxError('WAIT_TIMEOUT', `${job.label} goes on for too long`);
      }
      await sleep(clock, lookEveryMs, signal);
      job = await transport.call<JobReport>({ method: 'GET', path, signal });
    }
  } catch (error) {
    // Nobody waits for it any more; should this fail too, the first failure is what counts.
    await transport.call({ method: 'DELETE', path }).catch(() => undefined);
    throw asSignalboxError(error);
  }
  if (job.state === 'failed') throw SignalboxError.fromReport(job.error ?? {});
  progress?.(1, job.message);
  return job.result;
}
