const tau = 2 * Math.PI;

/** What a generator can give out. */
export type Waveform = 'SINE' | 'SQUARE' | 'TRIANGLE' | 'SAWU' | 'SAWD' | 'PWM' | 'DC' | 'DC_NEG';

/** From the share of a period, 0 to 1, to -1 to 1; the second number is the share of PWM. */
const shapes: Readonly<Record<Waveform, (phase: number, share: number) => number>> = {
  SINE: (phase) => Math.sin(tau * phase),
  SQUARE: (phase) => (phase < 0.5 ? 1 : -1),
  TRIANGLE: (phase) => (phase < 0.25 ? 4 * phase : phase < 0.75 ? 2 - 4 * phase : 4 * phase - 4),
  SAWU: (phase) => 2 * phase - 1,
  SAWD: (phase) => 1 - 2 * phase,
  PWM: (phase, share) => (phase < share ? 1 : -1),
  DC: () => 1,
  DC_NEG: () => -1,
};

export const waveforms: readonly Waveform[] = Object.keys(shapes) as Waveform[];

/** Volts at a second of the board's time. */
export type Wave = (atS: number) => number;

/** A converter of 1 V. */
const voltsMost = 1;
/** Points of a period at which a crossing is looked for, and halvings after that. */
const lookPoints = 1_024;
const halvings = 40;

/** One output of the board. */
export class Generator {
  waveform: Waveform = 'SINE';
  frequency = 1_000;
  amplitude = 0.9;
  offset = 0;
  /** In degrees. */
  phase = 0;
  /** Of PWM, from 0 to 1. */
  dutyCycle = 0.5;
  isOn = false;
  /** When it was changed last, in seconds of the board's time; its phase counts from there. */
  changedS = 0;

  /** As after GEN:RST. */
  reset(atS: number): void {
    Object.assign(this, new Generator(), { changedS: atS });
  }

  /** What it gives out, with the settings as they are now. */
  wave(): Wave {
    if (!this.isOn) return () => 0;
    const { frequency, amplitude, offset, phase, dutyCycle, changedS } = this;
    const shape = shapes[this.waveform];
    return (atS) => {
      const turns = (atS - changedS) * frequency + phase / 360;
      const volts = offset + amplitude * shape(turns - Math.floor(turns), dutyCycle);
      return Math.min(voltsMost, Math.max(-voltsMost, volts));
    };
  }

  /** When it goes through a level next, upwards or downwards; undefined when it never does. */
  crossing(level: number, isUpwards: boolean, fromS: number): number | undefined {
    if (!this.isOn || this.frequency <= 0) return undefined;
    const sign = isUpwards ? 1 : -1;
    const wave = this.wave();
    const above = (atS: number): boolean => sign * (wave(atS) - level) >= 0;
    const step = 1 / this.frequency / lookPoints;
    for (let point = 1; point <= lookPoints + 1; point += 1) {
      let low = fromS + (point - 1) * step;
      let high = low + step;
      if (above(low) || !above(high)) continue;
      for (let halving = 0; halving < halvings; halving += 1) {
        const middle = (low + high) / 2;
        if (above(middle)) high = middle;
        else low = middle;
      }
      return high;
    }
    return undefined;
  }
}
