import { hasCode, SignalboxError } from '../../../kernel/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import type { Action, ActionContext, Driver } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';

/** A fluid is settled, or given up on, within this time. */
export const fluidSettlesMs = 5_000;
/** How long zeroing may take. Manual 9.17.023, zero-point calibration. */
export const zeroingLongestMs = 180_000;
/** How long an instrument winks when it is not told. */
const winkSeconds = 9;

const fluidPauseMs = 200;
const zeroingPauseMs = 1_000;
const unlocked = 64;
const locked = 82;
/** The value of control mode, and of calibration mode, that stands for zeroing. */
const zeroing = 9;

/** What the actions need of their driver. */
export type ParameterAccess = Pick<Driver, 'parameter' | 'read' | 'write'>;

/** The longer operations of a Bronkhorst instrument. */
export function bronkhorstActions(access: ParameterAccess): readonly Action[] {
  const by = new Named(access);
  return [winkAction(by), fluidAction(by), zeroAction(by)];
}

/** Parameters of the driver by names that are known to exist. */
class Named {
  readonly #access: ParameterAccess;

  constructor(access: ParameterAccess) {
    this.#access = access;
  }

  read(name: string): Transaction<Value> {
    return this.#access.read(this.#find(name));
  }

  write(name: string, value: Value): Transaction<void> {
    return this.#access.write(this.#find(name), value);
  }

  #find(name: string): Parameter {
    const found = this.#access.parameter(name);
    if (found === undefined) throw new TypeError(`the parameter list has no ${name}`);
    return found;
  }
}

function winkAction(by: Named): Action {
  return {
    name: 'wink',
    title: 'Blinks, so that a person sees which instrument it is',
    arguments: [integer('seconds', 'How long', 1, 9)],
    async run(values, context) {
      const seconds = values['seconds'] ?? winkSeconds;
      await context.transact(by.write('identification', String(seconds)));
      return undefined;
    },
  };
}

function fluidAction(by: Named): Action {
  return {
    name: 'fluid',
    title: 'Changes to another fluid and waits until the instrument has settled on it',
    arguments: [integer('number', 'Fluid number', 0, 7)],
    async run(values, context) {
      const wanted = values['number'];
      if (wanted === undefined) throw new SignalboxError('BAD_ARGUMENT', 'fluid needs a number');
      const before = await context.transact(by.read('fluidNumber'));
      await setFluid(by, wanted, context);
      if (before === wanted) return await context.transact(by.read('fluidName'));
      return await settledFluid(by, wanted, context);
    },
  };
}

async function setFluid(by: Named, wanted: Value, context: ActionContext): Promise<void> {
  try {
    await context.transact(by.write('fluidNumber', wanted));
  } catch (error) {
    // Whether it took effect is looked into anyway.
    if (!hasCode(error, 'OUTCOME_UNKNOWN')) throw error;
  }
}

async function settledFluid(by: Named, wanted: Value, context: ActionContext): Promise<Value> {
  const startMs = context.clock.monotonic();
  for (;;) {
    const waitedMs = context.clock.monotonic() - startMs;
    if (waitedMs >= fluidSettlesMs) break;
    context.progress(waitedMs / fluidSettlesMs, 'the fluid is changing');
    await context.sleep(fluidPauseMs);
    const [number, name] = await Promise.all([
      context.transact(by.read('fluidNumber')),
      context.transact(by.read('fluidName')),
    ]);
    if (number === wanted) {
      context.progress(1, `the fluid is ${String(name)}`);
      return name;
    }
  }
  throw new SignalboxError(
    'INSTRUMENT_ERROR',
    `the instrument did not settle on fluid ${String(wanted)} within ${fluidSettlesMs} ms`,
  );
}

function zeroAction(by: Named): Action {
  return {
    name: 'zero',
    title: 'Finds the zero point anew; there must be no flow',
    arguments: [],
    // Nobody else may change the mode, or write what is unlocked meanwhile.
    holdMs: zeroingLongestMs + 20_000,
    async run(_values, context) {
      const before = await context.transact(by.read('controlMode'));
      let ended = false;
      try {
        // The sequence of manual 9.17.023, zero-point calibration over the bus.
        await context.transact(by.write('initreset', unlocked));
        await context.transact(by.write('controlMode', zeroing));
        await context.transact(by.write('calibrationMode', 0));
        await context.transact(by.write('calibrationMode', zeroing));
        await zeroed(by, context);
        ended = true;
      } finally {
        if (!ended) await context.finish(by.write('controlMode', before));
        await context.finish(by.write('initreset', locked));
      }
      return undefined;
    },
  };
}

async function zeroed(by: Named, context: ActionContext): Promise<void> {
  const startMs = context.clock.monotonic();
  for (;;) {
    const waitedMs = context.clock.monotonic() - startMs;
    if (waitedMs >= zeroingLongestMs) break;
    context.progress(waitedMs / zeroingLongestMs, 'the zero point is being found');
    await context.sleep(zeroingPauseMs);
    if ((await context.transact(by.read('controlMode'))) !== zeroing) {
      context.progress(1, 'the zero point is found');
      return;
    }
  }
  throw new SignalboxError(
    'INSTRUMENT_ERROR',
    `zeroing did not end within ${zeroingLongestMs / 1_000} s`,
  );
}

function integer(name: string, title: string, minimum: number, maximum: number): Parameter {
  return { name, title, type: 'integer', access: 'write', minimum, maximum };
}
