import { SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import type { Action, ActionContext } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import type { ScpiDriver } from '../scpi/scpi-driver.ts';
import {
  bufferSamples,
  decimationMost,
  sampleNs,
  scpiTriggerSources,
  scpiWaveforms,
} from './red-pitaya-parameters.ts';
import { encodeVolts, readSamples } from './red-pitaya-samples.ts';

/** So long the trigger is waited for unless the caller says otherwise, in ms. */
export const triggerMsDefault = 5_000;
export const triggerMsMost = 60_000;
/** An acquisition holds the board so long at the most. */
export const acquireHoldMs = 120_000;
/** The board is asked so often whether it was triggered, and whether its buffer is full. */
const pollMs = 5;
/** So much longer than it should take, the rest of a buffer is waited for. */
const fillGraceMs = 2_000;
const generateHoldMs = 30_000;
/** So much of an answer that is no error number is shown. */
const shownMost = 100;

/** What the actions need of their driver. */
export type ScpiMessages = Pick<ScpiDriver, 'send' | 'query' | 'exchange'>;

/** Operations that nobody may come between. */
export function redPitayaActions(driver: ScpiMessages): readonly Action[] {
  return [acquireAction(driver), generateAction(driver), resetAction(driver)];
}

function acquireAction(driver: ScpiMessages): Action {
  return {
    name: 'acquire',
    title: `Configures the scope and takes one trace: ${bufferSamples} volts, each a little-endian number of 32 bits`,
    holdMs: acquireHoldMs,
    arguments: [
      numbered('input', 'Input', 'integer', 1, 2),
      numbered('decimation', 'Decimation; 64 unless given', 'integer', 1, decimationMost),
      text('triggerSource', `Trigger: ${scpiTriggerSources.join(', ')}; NOW unless given`),
      numbered('triggerLevel', 'Trigger level in V; 0 unless given', 'float', -20, 20),
      numbered(
        'triggerDelay',
        'In samples; 0 unless given',
        'integer',
        -bufferSamples / 2,
        2 ** 31,
      ),
      numbered(
        'timeoutMs',
        'How long the trigger may take; 5000 unless given',
        'integer',
        1,
        triggerMsMost,
      ),
    ],
    run: async (values, context) => await acquire(driver, values, context),
  };
}

async function acquire(
  driver: ScpiMessages,
  values: Readonly<Record<string, Value>>,
  context: ActionContext,
): Promise<Value> {
  const { input = 1, decimation = 64, triggerSource = 'NOW', triggerLevel = 0 } = values;
  const { triggerDelay = 0, timeoutMs = triggerMsDefault } = values;
  const source = oneOf('triggerSource', triggerSource, scpiTriggerSources);
  const bufferMs = (bufferSamples * sampleNs * Number(decimation)) / 1e6;
  await configure(driver, context, [
    'ACQ:RST',
    `ACQ:DEC:Factor ${Number(decimation)}`,
    'ACQ:DATA:FORMAT BIN',
    'ACQ:DATA:Units VOLTS',
    `ACQ:TRig:LEV ${Number(triggerLevel)}`,
    `ACQ:TRig:DLY ${Number(triggerDelay)}`,
  ]);
  await context.transact(driver.send('ACQ:START'));
  try {
    // What is before the trigger has to be in the buffer by then.
    await context.sleep(bufferMs);
    await context.transact(driver.send(`ACQ:TRig ${source}`));
    const isTriggered = await until(context, Number(timeoutMs), async () => {
      return (await context.transact(driver.query('ACQ:TRig:STAT?'))).trim() === 'TD';
    });
    if (!isTriggered) {
      const text = `nothing triggered the scope within ${Number(timeoutMs)} ms: no ${source} at ${Number(triggerLevel)} V`;
      throw new SignalboxError('INSTRUMENT_TIMEOUT', text, {
        nextStep: 'Check the signal and the trigger level, or give it a longer timeoutMs.',
      });
    }
    const delayMs = Math.max(0, (Number(triggerDelay) * sampleNs * Number(decimation)) / 1e6);
    const isFull = await until(context, bufferMs + delayMs + fillGraceMs, async () => {
      return (await context.transact(driver.query('ACQ:TRig:FILL?'))).trim() === '1';
    });
    if (!isFull) throw new SignalboxError('INSTRUMENT_ERROR', 'the board did not fill its buffer');
  } catch (error) {
    await context.finish(driver.send('ACQ:STOP')).catch(() => {});
    throw error;
  }
  return encodeVolts(await context.transact(samplesOf(driver, Number(input))));
}

function samplesOf(driver: ScpiMessages, input: number): Transaction<Float32Array> {
  const message = new TextEncoder().encode(`ACQ:SOUR${input}:DATA?`);
  return mapTransaction(driver.exchange(message, true), (response) =>
    readSamples(response ?? new Uint8Array()),
  );
}

function generateAction(driver: ScpiMessages): Action {
  return {
    name: 'generate',
    title: 'Sets an output, all at once, and turns it on',
    holdMs: generateHoldMs,
    arguments: [
      numbered('output', 'Output', 'integer', 1, 2),
      text('waveform', `Waveform: ${scpiWaveforms.join(', ')}; SINE unless given`),
      numbered('frequency', 'In Hz; 1000 unless given', 'float', 0, 62_500_000),
      numbered('amplitude', 'In V; 0.5 unless given', 'float', 0, 1),
      numbered('offset', 'In V; 0 unless given', 'float', -1, 1),
    ],
    async run(values, context) {
      const {
        output = 1,
        waveform = 'SINE',
        frequency = 1_000,
        amplitude = 0.5,
        offset = 0,
      } = values;
      const source = `SOUR${Number(output)}`;
      await configure(driver, context, [
        `${source}:FUNC ${oneOf('waveform', waveform, scpiWaveforms)}`,
        `${source}:FREQ:FIX ${Number(frequency)}`,
        `${source}:VOLT ${Number(amplitude)}`,
        `${source}:VOLT:OFFS ${Number(offset)}`,
        `OUTPUT${Number(output)}:STATE ON`,
        `${source}:TRig:INT`,
      ]);
      return undefined;
    },
  };
}

function resetAction(driver: ScpiMessages): Action {
  return {
    name: 'reset',
    title: 'Turns the outputs off, and puts scope and generators back to their defaults',
    holdMs: generateHoldMs,
    arguments: [],
    async run(_values, context) {
      await configure(driver, context, ['GEN:RST', 'ACQ:RST']);
      return undefined;
    },
  };
}

/** Sends commands, and asks whether all of them were taken. @throws INSTRUMENT_ERROR */
async function configure(
  driver: ScpiMessages,
  context: ActionContext,
  commands: readonly string[],
): Promise<void> {
  await context.transact(driver.send('*CLS'));
  for (const command of commands) await context.transact(driver.send(command));
  const answer = (await context.transact(driver.query('SYST:ERR?'))).trim();
  if (/^[+-]?0+(?:,|$)/.test(answer)) return;
  const shown = answer.slice(0, shownMost).replaceAll(/[^ -~]/g, '?');
  throw new SignalboxError('INSTRUMENT_ERROR', `${commands.join('; ')}: the board says ${shown}`, {
    details: { answer: shown },
  });
}

/** Asks until it is so, for so long. */
async function until(
  context: ActionContext,
  withinMs: number,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const endMs = context.clock.monotonic() + withinMs;
  for (;;) {
    if (await isSo()) return true;
    if (context.clock.monotonic() >= endMs) return false;
    await context.sleep(pollMs);
  }
}

function oneOf(name: string, value: Value, choices: readonly string[]): string {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new SignalboxError(
    'VALUE_OUT_OF_RANGE',
    `'${String(value).slice(0, 40)}' is none of what ${name} takes: ${choices.join(', ')}`,
    { details: { argument: name, choices } },
  );
}

function numbered(
  name: string,
  title: string,
  type: 'integer' | 'float',
  minimum: number,
  maximum: number,
): Parameter {
  return { name, title, type, access: 'write', minimum, maximum };
}

function text(name: string, title: string): Parameter {
  return { name, title, type: 'string', access: 'write', longest: 40 };
}
