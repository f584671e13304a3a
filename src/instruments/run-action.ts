import { SignalboxError, sleep } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Lease, Transaction } from '../ports/index.ts';
import { checkLimits } from './check-value.ts';
import type { Action } from './driver.ts';
import type { Value } from './parameter.ts';

/** What an action is run with. */
export interface ActionRun {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly progress: ((share: number, message: string) => void) | undefined;
  /** @param signal absent for what is done in any case */
  call<Reply>(
    transaction: Transaction<Reply>,
    lease: Lease | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Reply>;
  /** Holds the instrument for itself alone; undefined when the caller holds it anyway. */
  hold(holdMs: number): Promise<Lease | undefined>;
}

/**
 * Runs an action; one that must not be disturbed holds its instrument meanwhile.
 * @throws BAD_ARGUMENT, VALUE_INVALID, VALUE_OUT_OF_RANGE before anything is done; what it meets
 */
export async function runAction(
  action: Action,
  values: Readonly<Record<string, Value>>,
  run: ActionRun,
): Promise<Value | undefined> {
  checkArguments(action, values);
  const { clock, signal } = run;
  const lease = action.holdMs === undefined ? undefined : await run.hold(action.holdMs);
  try {
    return await action.run(values, {
      clock,
      transact: async (transaction) => await run.call(transaction, lease, signal),
      finish: async (transaction) => await run.call(transaction, lease, undefined),
      sleep: async (ms) => await sleep(clock, ms, signal),
      progress: (share, message) => run.progress?.(share, message),
    });
  } finally {
    await lease?.release();
  }
}

function checkArguments(action: Action, values: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(values)) {
    const argument = action.arguments.find((each) => each.name === name);
    if (argument === undefined) {
      const names = action.arguments.map((each) => each.name).join(', ') || 'none';
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `${action.name} has no argument '${name}'; it takes ${names}`,
      );
    }
    checkLimits(argument, value);
  }
}
