import { describe, expect, it } from 'vitest';
import { shutDown } from '../../src/gateway/shut-down.ts';
import type { ShutdownStep } from '../../src/gateway/shut-down.ts';
import { ManualClock, SignalboxError } from '../../src/kernel/index.ts';

const never = async (): Promise<void> => await new Promise(() => {});

describe('an end in steps', () => {
  it('goes past a step that hangs when its time is over, and past one that fails', async () => {
    const clock = new ManualClock();
    const done: string[] = [];
    const failures: string[] = [];
    const step = (name: string, run: () => Promise<void>): ShutdownStep => ({
      name,
      longestMs: 500,
      run: async () => {
        done.push(name);
        await run();
      },
    });
    const steps = [
      step('the doors', never),
      step('the ports', async () => {
        throw new SignalboxError('LINK_USB', 'unplugged');
      }),
      step('the logs', async () => {}),
    ];
    const ending = shutDown(steps, clock, (name, { message }) =>
      failures.push(`${name}: ${message}`),
    );
    await clock.advance(499);
    expect(done).toEqual(['the doors']);
    await clock.advance(1);
    await ending;
    expect(done).toEqual(['the doors', 'the ports', 'the logs']);
    expect(failures).toEqual([
      'the doors: the doors had not ended after 500 ms',
      'the ports: unplugged',
    ]);
    expect(clock.pendingCount).toBe(0);
  });

  it('survives a step that fails after it was left behind', async () => {
    const clock = new ManualClock();
    const late = Promise.withResolvers<void>();
    const failures: string[] = [];
    const steps = [{ name: 'the doors', longestMs: 5, run: async () => await late.promise }];
    const ending = shutDown(steps, clock, (name) => failures.push(name));
    await clock.advance(5);
    await ending;
    late.reject(new Error('too late'));
    await clock.advance(1);
    expect(failures).toEqual(['the doors']);
  });
});
