import type { Random } from '../seeded-random.ts';
import type { Generator, Wave } from './generator.ts';

/** The buffer of each input, in samples. */
export const bufferSamples = 16_384;
/** One sample at decimation 1. */
const sampleS = 8e-9;
/** Steps of the converters over their range. */
const steps = 8_192;

export const triggerSources: readonly string[] = [
  'DISABLED',
  'NOW',
  ...['CH1', 'CH2', 'EXT', 'AWG'].flatMap((source) => [`${source}_PE`, `${source}_NE`]),
];

/** Where an input's range ends, in V. */
export const gains = { LV: 1, HV: 20 } as const;
export type Gain = keyof typeof gains;

export interface AcquisitionOptions {
  /** What is wired to the inputs. */
  readonly generators: readonly [Generator, Generator];
  readonly random: Random;
  /** The board's time, in seconds. */
  readonly nowS: () => number;
}

/** The scope of the board: one, whoever asks. */
export class Acquisition {
  readonly #options: AcquisitionOptions;
  decimation = 1;
  isAveraging = true;
  /** In V. */
  level = 0;
  /** Of the trigger from the middle of the buffer, in samples. */
  delay = 0;
  readonly gains: [Gain, Gain] = ['LV', 'LV'];
  #runsFromS: number | undefined;
  #armed: { readonly source: string; readonly fromS: number } | undefined;
  #triggeredS: number | undefined;
  #captured: readonly Float32Array[] | undefined;

  constructor(options: AcquisitionOptions) {
    this.#options = options;
  }

  /** As after ACQ:RST. */
  reset(): void {
    this.stop();
    this.decimation = 1;
    this.isAveraging = true;
    this.level = 0;
    this.delay = 0;
    this.gains.fill('LV');
    this.#captured = undefined;
  }

  start(): void {
    this.stop();
    this.#captured = undefined;
    this.#runsFromS = this.#options.nowS();
  }

  stop(): void {
    this.follow();
    this.#runsFromS = undefined;
    this.#armed = undefined;
    this.#triggeredS = undefined;
  }

  arm(source: string): void {
    this.follow();
    this.#triggeredS = undefined;
    this.#armed = source === 'DISABLED' ? undefined : { source, fromS: this.#options.nowS() };
  }

  get isTriggered(): boolean {
    this.follow();
    return this.#triggeredS !== undefined || this.#captured !== undefined;
  }

  get isFull(): boolean {
    this.follow();
    return this.#captured !== undefined;
  }

  /** Notices what has happened by now. Called before anything is changed that it depends on. */
  follow(): void {
    if (this.#runsFromS === undefined || this.#captured !== undefined) return;
    const nowS = this.#options.nowS();
    const atS = this.#triggeredS ?? this.#triggerTime();
    if (atS === undefined || atS > nowS) return;
    this.#triggeredS = atS;
    const half = bufferSamples / 2;
    const lastS = atS + Math.max(0, half + this.delay) * this.#stepS;
    if (lastS > nowS) return;
    const firstS = atS - (half - this.delay) * this.#stepS;
    this.#captured = this.#options.generators.map((generator, index) =>
      this.#digitized(generator.wave(), firstS, gains[this.gains[index] ?? 'LV']),
    );
  }

  /** Volts of an input, the oldest sample first: what was captured, else what is there now. */
  samples(input: 0 | 1): Float32Array {
    this.follow();
    const captured = this.#captured?.[input];
    if (captured !== undefined) return captured;
    const firstS = this.#options.nowS() - bufferSamples * this.#stepS;
    const generator = this.#options.generators[input];
    return this.#digitized(generator.wave(), firstS, gains[this.gains[input]]);
  }

  get #stepS(): number {
    return sampleS * this.decimation;
  }

  #triggerTime(): number | undefined {
    if (this.#armed === undefined) return undefined;
    const { source, fromS } = this.#armed;
    if (source === 'NOW') return fromS;
    const isUpwards = source.endsWith('_PE');
    const [first, second] = this.#options.generators;
    const generator = source.startsWith('CH2') ? second : first;
    // Nothing is wired to the external trigger.
    if (source.startsWith('EXT')) return undefined;
    const level = source.startsWith('AWG') ? generator.offset : this.level;
    return generator.crossing(level, isUpwards, Math.max(fromS, generator.changedS));
  }

  #digitized(wave: Wave, firstS: number, range: number): Float32Array {
    const step = range / steps;
    return Float32Array.from({ length: bufferSamples }, (_, index) => {
      // Two draws are near enough to a bell for half a step of noise.
      const noise = this.#options.random() + this.#options.random() - 1;
      const value = Math.round(wave(firstS + index * this.#stepS) / step + noise);
      return Math.min(steps - 1, Math.max(-steps, value)) * step;
    });
  }
}
