import { asSignalboxError, SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { api } from './api-calls.ts';
import type { Transport } from './transport.ts';
import type { TaskProgress, WaitOptions } from './client-options.ts';
import type { TaskReport } from './reports.ts';

const lookEveryMs = 200;
/** A task that goes on for longer is given up. */
export const taskLongestMs = 600_000;

/**
 * Waits for the end of a task and gives its result. Who stops waiting takes the task back.
 * @throws what the task failed with; WAIT_TIMEOUT, CANCELLED, GATEWAY_UNREACHABLE
 */
export async function followTask(
  transport: Pick<Transport, 'call'>,
  begun: TaskReport,
  options: WaitOptions & { readonly progress?: TaskProgress | undefined },
  clock: Clock = systemClock,
): Promise<unknown> {
  const { signal, progress } = options;
  const untilMs = clock.monotonic() + taskLongestMs;
  const path = api('tasks', begun.id);
  let task = begun;
  try {
    while (task.state === 'running') {
      progress?.(task.share, task.message);
      if (clock.monotonic() > untilMs) {
        throw new SignalboxError('WAIT_TIMEOUT', `${task.label} goes on for too long`);
      }
      await sleep(clock, lookEveryMs, signal);
      task = await transport.call<TaskReport>({ method: 'GET', path, signal });
    }
  } catch (error) {
    // Nobody waits for it any more; should this fail too, the first failure is what counts.
    await transport.call({ method: 'DELETE', path }).catch(() => undefined);
    throw asSignalboxError(error);
  }
  if (task.state === 'failed') throw SignalboxError.fromReport(task.error ?? {});
  progress?.(1, task.message);
  return task.result;
}
