import assert from 'node:assert/strict';
import { decodeVolts } from '../../src/instruments/index.ts';
import type { Instrument, RedPitayaManager } from '../../src/instruments/index.ts';
import type { Owner } from '../../src/kernel/index.ts';

const by: Owner = { id: 'loop-back', program: 'loop-back', door: 'inline', sinceMs: 0 };
/** One sample at decimation 1. */
const sampleS = 8e-9;
const samples = 16_384;

/** A sine at out1. */
interface Sine {
  readonly frequency: number;
  /** In V. */
  readonly amplitude: number;
  readonly offset: number;
}

/** A board whose out1 is wired to its in1, however it is driven. */
export interface LoopedBoard {
  generate(sine: Sine): Promise<void>;
  /** Triggered in the middle, where in1 goes upwards through 0 V. */
  acquire(decimation: number): Promise<Float32Array>;
}

/** How far a board may be from what it was told. */
export interface Tolerance {
  /** Of the amplitude. */
  readonly share: number;
  /** Of the offset, and of a single sample, in V. */
  readonly volts: number;
}

/** What a computed board keeps to. */
export const computed: Tolerance = { share: 0.005, volts: 0.005 };
/** What a board without calibration may do. */
export const real: Tolerance = { share: 0.1, volts: 0.05 };

/** With each a trace shows from 8 to 20 periods. */
const cases: readonly (Sine & { readonly decimation: number })[] = [
  { frequency: 1_000, amplitude: 0.5, offset: 0, decimation: 64 },
  { frequency: 10_000, amplitude: 0.3, offset: 0.1, decimation: 8 },
  { frequency: 100_000, amplitude: 0.8, offset: -0.1, decimation: 1 },
];

/**
 * Sends sines out and looks at what comes in.
 * @returns a line about each
 * @throws AssertionError for what is not as it was sent
 */
export async function checkLoopBack(
  board: LoopedBoard,
  { share, volts: allowed }: Tolerance,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { decimation, ...sine } of cases) {
    await board.generate(sine);
    const volts = await board.acquire(decimation);
    assert.equal(volts.length, samples);
    const seen = { ...fitted(volts, sine.frequency * decimation * sampleS) };
    const frequency = frequencyOf(volts, seen.offset) / (decimation * sampleS);
    const text = `${frequency.toFixed(0)} Hz, ${seen.amplitude.toFixed(4)} V, offset ${seen.offset.toFixed(4)} V`;
    lines.push(
      `sent ${sine.frequency} Hz, ${sine.amplitude} V, offset ${sine.offset} V: came ${text}`,
    );
    const what = lines.at(-1) ?? '';
    assert.ok(Math.abs(frequency / sine.frequency - 1) < 0.01, `the frequency is wrong: ${what}`);
    assert.ok(
      Math.abs(seen.amplitude / sine.amplitude - 1) < share,
      `the amplitude is wrong: ${what}`,
    );
    assert.ok(Math.abs(seen.offset - sine.offset) < allowed, `the offset is wrong: ${what}`);
    const middle = volts[samples / 2] ?? NaN;
    const slope = 2 * Math.PI * sine.frequency * decimation * sampleS * sine.amplitude;
    assert.ok(
      Math.abs(middle) < allowed + 2 * slope,
      `the trigger is not in the middle: ${middle} V`,
    );
  }
  return lines;
}

/** Sine of a known frequency that fits best, in periods a sample. */
function fitted(volts: Float32Array, frequency: number): { amplitude: number; offset: number } {
  // Over whole periods the three parts do not depend on each other.
  const length = Math.floor(Math.floor(volts.length * frequency) / frequency);
  let sine = 0;
  let cosine = 0;
  let sum = 0;
  for (let at = 0; at < length; at += 1) {
    const value = volts[at] ?? 0;
    sine += value * Math.sin(2 * Math.PI * frequency * at);
    cosine += value * Math.cos(2 * Math.PI * frequency * at);
    sum += value;
  }
  return { amplitude: (2 * Math.hypot(sine, cosine)) / length, offset: sum / length };
}

/** Periods a sample, from the first to the last time that it goes upwards through its mean. */
function frequencyOf(volts: Float32Array, mean: number): number {
  const half = (Math.max(...volts) - mean) / 2;
  const upwards: number[] = [];
  let isArmed = false;
  for (const [at, value] of volts.entries()) {
    if (value < mean - half) isArmed = true;
    if (!isArmed || value < mean) continue;
    upwards.push(at);
    isArmed = false;
  }
  return (upwards.length - 1) / ((upwards.at(-1) ?? 0) - (upwards[0] ?? 0));
}

/** A board that PyRPL drives. */
export function throughPyrpl(manager: RedPitayaManager): LoopedBoard {
  const send = async (
    command: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<unknown> => {
    const response = await manager.sendCommand(command, params, 10_000, { by });
    assert.equal(response.status, 'ok', `${command}: ${String(response.data)}`);
    return response.data;
  };
  return {
    generate: async (sine) => {
      const output = { channel: 'asg0', waveform: 'sin', output_direct: 'out1' };
      await send('asg_setup', { ...output, ...sine });
    },
    acquire: async (decimation) => {
      const trace = await send('scope_acquire', {
        decimation,
        trigger_source: 'ch1_positive_edge',
      });
      return (trace as { readonly voltage: Float32Array }).voltage;
    },
  };
}

/** A board with its SCPI server. */
export function throughScpi(instrument: Instrument): LoopedBoard {
  return {
    generate: async (sine) => void (await instrument.run('generate', { output: 1, ...sine }, by)),
    acquire: async (decimation) =>
      decodeVolts(await instrument.run('acquire', { decimation, triggerSource: 'CH1_PE' }, by)),
  };
}
