import type { StepConfig, StepValue } from '../../config/index.ts';
import type { CallOptions, Instrument, Reading } from '../../instruments/index.ts';
import { SignalboxError, sleep } from '../../kernel/index.ts';
import type { Step } from '../job.ts';
import { ramp } from '../ramp.ts';
import { within } from '../within.ts';
import type { StepContext, StepResult } from './step-context.ts';

type StepOf<Kind extends Step['do']> = Extract<Step, { do: Kind }>;
type InstrumentStep = StepOf<'call' | 'condition' | 'query' | 'ramp' | 'set'>;

const secondMs = 1_000;

/**
 * Does one step.
 * @throws what the instrument throws; WAIT_TIMEOUT when its time is over; CANCELLED
 */
export async function runStep(step: Step, context: StepContext): Promise<StepResult> {
  switch (step.do) {
    case 'set':
      return await set(step, context);
    case 'ramp':
      return await rampParameter(step, context);
    case 'wait':
      await sleep(context.clock, step.forS * secondMs, context.signal);
      return {};
    case 'query':
      return await query(step, context);
    case 'call':
      return await call(step, context);
    case 'condition':
      return await condition(step, context);
    case 'notify':
      context.notify(step.level, step.message);
      return {};
    case 'ring':
      return { text: await context.ring(step) };
  }
}

/** A step in a few words: `set nitrogen/fSetpoint to 2.5`. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'set':
      return `set ${step.instrument}/${step.parameter} to ${step.value}`;
    case 'ramp': {
      const from = step.from === undefined ? '' : ` from ${step.from}`;
      return `ramp ${step.instrument}/${step.parameter}${from} to ${step.to} over ${step.overS} s`;
    }
    case 'wait':
      return `wait for ${step.forS} s`;
    case 'query':
      return `query ${step.instrument}: ${step.message}`;
    case 'call':
      return `call ${step.function} of ${step.instrument}`;
    case 'condition':
      return `${step.instrument}/${step.parameter} is ${step.is} ${step.value}, else ${step.else}`;
    case 'notify':
      return `notify: ${step.message}`;
    case 'ring':
      return `ring: ${step.alarm.playlist} on ${step.alarm.player}`;
  }
}

/**
 * Whether the instruments have what a step needs, as far as that can be told without asking them.
 * @throws NOT_FOUND with what is alike, READ_ONLY, WRITE_ONLY, VALUE_INVALID, VALUE_OUT_OF_RANGE
 */
export function checkStep(step: StepConfig, instrument: (name: string) => Instrument): void {
  if (!('instrument' in step)) return;
  const found = instrument(step.instrument);
  if (!('parameter' in step)) return;
  const { driver } = found;
  const parameter = found.parameter(step.parameter);
  // Made, and never sent.
  const checkWrite = (value: StepValue): void => void driver.write(parameter, value);
  if (step.do === 'set') checkWrite(step.value);
  if (step.do === 'condition') void driver.read(parameter);
  if (step.do !== 'ramp') return;
  checkWrite(step.to);
  if (step.from === undefined) void driver.read(parameter);
  else checkWrite(step.from);
}

async function set(step: StepOf<'set'>, context: StepContext): Promise<StepResult> {
  const instrument = context.instrument(step.instrument);
  await timed(step, context, async (options) => {
    await instrument.write(step.parameter, step.value, context.by, options);
  });
  return {};
}

async function rampParameter(step: StepOf<'ramp'>, context: StepContext): Promise<StepResult> {
  const { clock, by, signal } = context;
  const { parameter, to, overS, everyS } = step;
  const instrument = context.instrument(step.instrument);
  const write = async (value: number): Promise<void> =>
    await timed(step, context, async (options) => {
      await instrument.write(parameter, value, by, options);
    });
  const isWhole = instrument.parameter(parameter).type === 'integer';
  let { from } = step;
  if (from === undefined) from = numberOf(await read(step, context), step);
  else await write(from);
  const overMs = overS * secondMs;
  const everyMs = everyS * secondMs;
  const written = await ramp({ clock, from, to, overMs, everyMs, isWhole, write, signal });
  return { text: `from ${from} to ${to} in ${written} steps` };
}

async function query(step: StepOf<'query'>, context: StepContext): Promise<StepResult> {
  const instrument = context.instrument(step.instrument);
  const text = await timed(
    step,
    context,
    async (options) => await instrument.query(step.message, context.by, options),
  );
  return { text };
}

async function call(step: StepOf<'call'>, context: StepContext): Promise<StepResult> {
  const instrument = context.instrument(step.instrument);
  const result = await timed(
    step,
    context,
    async (options) => await instrument.call(step.function, step.params, context.by, options),
  );
  return result === undefined ? {} : { text: textOf(result) };
}

async function condition(step: StepOf<'condition'>, context: StepContext): Promise<StepResult> {
  const { value } = await read(step, context);
  const shown = textOf(value);
  if (isMet(step, value)) return { text: shown };
  const what = `${step.instrument}/${step.parameter} is ${shown}, not ${step.is} ${step.value}`;
  if (step.else === 'skip') return { text: what, isOver: true };
  throw new SignalboxError('CONDITION_FAILED', what, {
    details: { instrument: step.instrument, parameter: step.parameter, is: step.is },
  });
}

function isMet({ is, value: wanted }: StepOf<'condition'>, value: unknown): boolean {
  if (is === 'equal') return value === wanted;
  if (is === 'different') return value !== wanted;
  if (typeof value !== 'number' || typeof wanted !== 'number') return false;
  switch (is) {
    case 'above':
      return value > wanted;
    case 'below':
      return value < wanted;
    case 'at-least':
      return value >= wanted;
    case 'at-most':
      return value <= wanted;
  }
}

async function read(step: StepOf<'condition' | 'ramp'>, context: StepContext): Promise<Reading> {
  const instrument = context.instrument(step.instrument);
  return await timed(
    step,
    context,
    async (options) => await instrument.read(step.parameter, context.by, options),
  );
}

function numberOf({ value }: Reading, { instrument, parameter }: StepOf<'ramp'>): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new SignalboxError(
    'VALUE_INVALID',
    `${instrument}/${parameter} is ${textOf(value)}, and a ramp begins at a number`,
  );
}

/** Its time covers the line and the wire. */
async function timed<Result>(
  step: InstrumentStep,
  context: StepContext,
  run: (options: CallOptions & { readonly signal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  const longestMs = step.timeoutS * secondMs;
  const lease = context.lease(step.instrument);
  return await within(
    context.clock,
    longestMs,
    context.signal,
    describeStep(step),
    async (signal) =>
      await run({
        signal,
        waitMs: longestMs,
        priority: context.priority,
        ...(lease === undefined ? {} : { lease }),
      }),
  );
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return JSON.stringify(value, (_key, part: unknown) =>
    ArrayBuffer.isView(part) ? `${part.byteLength} bytes` : part,
  );
}
