import { expect, test } from 'vitest';
import { followTask, taskLongestMs } from '../../src/client/follow-task.ts';
import type { TaskReport } from '../../src/client/index.ts';
import type { Call } from '../../src/client/transport.ts';
import { ManualClock, SignalboxError } from '../../src/kernel/index.ts';

const running: TaskReport = {
  id: 'task-1',
  label: 'discover on bus',
  state: 'running',
  share: 0.5,
  message: 'node 3',
  startedMs: 0,
};

function setUp(answers: readonly (TaskReport | Error)[], signal?: AbortSignal) {
  const clock = new ManualClock();
  const left = [...answers];
  const calls: string[] = [];
  const transport = {
    call: async <Result>({ method }: Call): Promise<Result> => {
      calls.push(method);
      const [answer] = left;
      if (left.length > 1 && method === 'GET') left.shift();
      if (answer instanceof Error) throw answer;
      return answer as Result;
    },
  };
  const steps: number[] = [];
  const progress = (share: number): void => void steps.push(share);
  const options = { progress, ...(signal === undefined ? {} : { signal }) };
  const followed = followTask(transport, running, options, clock);
  followed.catch(() => {});
  return { clock, calls, steps, followed };
}

test('a task is followed to its end, and tells how far it is', async () => {
  const done = { ...running, state: 'done', share: 1, result: 42 } as const;
  const { clock, steps, followed, calls } = setUp([{ ...running, share: 0.7 }, done]);
  await clock.advance(1_000);
  expect(await followed).toBe(42);
  expect(steps).toEqual([0.5, 0.7, 1]);
  expect(calls).toEqual(['GET', 'GET']);
});

test('a task that failed, or goes on for too long, is an error, and is taken back', async () => {
  const error = new SignalboxError('PORT_ABSENT', 'it is not there').toJSON();
  const failed = setUp([{ ...running, state: 'failed', error }]);
  await failed.clock.advance(1_000);
  await expect(failed.followed).rejects.toMatchObject({ code: 'PORT_ABSENT' });

  const endless = setUp([running]);
  await endless.clock.advance(taskLongestMs + 1_000);
  await expect(endless.followed).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
  expect(endless.calls.at(-1)).toBe('DELETE');
});

test('who stops waiting takes the task back; should that fail too, the first failure counts', async () => {
  const stop = new AbortController();
  const stopped = setUp([running], stop.signal);
  await stopped.clock.advance(100);
  stop.abort();
  await expect(stopped.followed).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(stopped.calls).toEqual(['DELETE']);

  const gone = new SignalboxError('GATEWAY_UNREACHABLE', 'nobody answers');
  const lost = setUp([gone]);
  await lost.clock.advance(300);
  await expect(lost.followed).rejects.toBe(gone);
  expect(lost.calls).toEqual(['GET', 'DELETE']);
});
