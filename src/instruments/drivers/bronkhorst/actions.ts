import { SignalboxError } from '../../../kernel/index.ts';
import type { Action, ActionContext, Driver } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';

/** A fluid is settled, or given up on, within this time. */
export const fluidSettlesMs = 5_000;
/** How long zeroing may take. Manual 9.17.023, zero-point calibration. */
export const zeroingLongestMs = 180_000;

const pauseMs = 200;

type Access = Pick<Driver, 'parameter' | 'read' | 'write'>;

/** The longer operations of a Bronkhorst instrument. */
export function bronkhorstActions(driver: Access): readonly Action[] {
  const parameter = (name: string): Parameter => {
    const found = driver.parameter(name);
    if (found === undefined) throw new TypeError(`the parameter table has no ${name}`);
    return found;
  };
  const read = async (context: ActionContext, name: string): Promise<Value> =>
    await context.transact(driver.read(parameter(name)));
  const write = async (context: ActionContext, name: string, value: Value): Promise<void> =>
    await context.transact(driver.write(parameter(name), value, { unlock: true }));

  const wink: Action = {
    name: 'wink',
    title: 'Blinks, so that a person sees which instrument it is',
    arguments: [integer('seconds', 'How long', 1, 9)],
    async run(values, context) {
      const seconds = values['seconds'] ?? 9;
      if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1 || seconds > 9) {
        throw new SignalboxError(
          'VALUE_OUT_OF_RANGE',
          `wink takes 1 to 9 seconds, not ${String(seconds)}`,
        );
      }
      await write(context, 'identification', String(seconds));
      return undefined;
    },
  };

  const fluid: Action = {
    name: 'fluid',
    title: 'Changes to another fluid and waits until the instrument has settled on it',
    arguments: [integer('number', 'Fluid number', 0, 7)],
    async run(values, context) {
      const wanted = values['number'];
      if (wanted === undefined) throw new SignalboxError('BAD_ARGUMENT', 'fluid needs a number');
      await write(context, 'fluidNumber', wanted);
      for (let waitedMs = 0; waitedMs < fluidSettlesMs; waitedMs += pauseMs) {
        context.progress(waitedMs / fluidSettlesMs, 'the fluid is changing');
        await context.sleep(pauseMs);
        if ((await read(context, 'fluidNumber')) === wanted) {
          return await read(context, 'fluidName');
        }
      }
      throw new SignalboxError(
        'INSTRUMENT_ERROR',
        `the instrument did not settle on fluid ${String(wanted)} within ${fluidSettlesMs} ms`,
      );
    },
  };

  const zero: Action = {
    name: 'zero',
    title: 'Calibrates the zero point; there must be no flow',
    arguments: [],
    async run(_values, context) {
      const calibration = 9;
      await write(context, 'controlMode', calibration);
      await write(context, 'calibrationMode', 0);
      await write(context, 'calibrationMode', calibration);
      for (let waitedMs = 0; waitedMs < zeroingLongestMs; waitedMs += 1_000) {
        context.progress(waitedMs / zeroingLongestMs, 'the zero point is being found');
        await context.sleep(1_000);
        if ((await read(context, 'controlMode')) !== calibration) return undefined;
      }
      throw new SignalboxError(
        'INSTRUMENT_ERROR',
        `zeroing did not end within ${zeroingLongestMs / 1_000} s`,
      );
    },
  };

  return [wink, fluid, zero];
}

function integer(name: string, title: string, minimum: number, maximum: number): Parameter {
  return { name, title, type: 'integer', access: 'write', minimum, maximum };
}
