import type { Random } from '../seeded-random.ts';
import { bare, listed, numberOf, numeric, oneOf, quotedText, switches } from './command.ts';
import type { CommandTable, Outcome } from './command.ts';
import { scpiErrors } from './status-registers.ts';

/** More samples of one trigger are refused. */
export const samplesMost = 1_000;
/** What an instrument answers that measures more than its range can show. SCPI-99, 7.2.1.5. */
const overload = 9.9e37;
/** A range shows a fifth more than its name. */
const overRange = 1.2;

/** What can be measured, by the short form of its header. */
const functions = {
  VOLT: { unit: 'V', ranges: [0.1, 1, 10, 100, 1_000], usual: 10, noise: 0.001 },
  'VOLT:AC': { unit: 'V', ranges: [0.1, 1, 10, 100, 750], usual: 10, noise: 0.001 },
  CURR: { unit: 'A', ranges: [0.01, 0.1, 1, 3], usual: 1, noise: 0.000_01 },
  'CURR:AC': { unit: 'A', ranges: [1, 3], usual: 1, noise: 0.000_01 },
  RES: { unit: 'OHM', ranges: [100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8], usual: 1e3, noise: 0.1 },
} as const;
type FunctionName = keyof typeof functions;
const names = Object.keys(functions) as FunctionName[];

/** Other ways to write them. */
const aliases: Readonly<Record<string, FunctionName>> = { 'VOLT:DC': 'VOLT', 'CURR:DC': 'CURR' };

type TriggerSource = 'IMM' | 'BUS';
const sources: Readonly<Record<string, TriggerSource>> = {
  IMM: 'IMM',
  IMMEDIATE: 'IMM',
  BUS: 'BUS',
};

export interface MeasurementOptions {
  /** In V, between the terminals. */
  readonly voltage: number;
  readonly random: Random;
}

/** The measuring part of a multimeter: function, range, trigger, readings. SCPI-99, volumes 2 and 3. */
export class Measurement {
  readonly #values: Readonly<Record<FunctionName, number>>;
  readonly #random: Random;
  #function: FunctionName = 'VOLT';
  /** Where they differ from the usual. */
  readonly #ranges = new Map<FunctionName, number>();
  #isAuto = false;
  #samples = 1;
  #source: TriggerSource = 'IMM';
  #isWaiting = false;
  #readings: readonly string[] | undefined;

  constructor({ voltage, random }: MeasurementOptions) {
    this.#random = random;
    this.#values = {
      VOLT: voltage,
      'VOLT:AC': 0.01,
      CURR: 0.012_3,
      'CURR:AC': 0.000_1,
      RES: 1_000,
    };
  }

  /** As after `*RST`. */
  reset(): void {
    this.#ranges.clear();
    this.#isAuto = false;
    this.#configure('VOLT', functions.VOLT.usual);
  }

  get #range(): number {
    return this.#rangeOf(this.#function);
  }

  #rangeOf(name: FunctionName): number {
    return this.#ranges.get(name) ?? functions[name].usual;
  }

  /** A trigger by the bus; an error when nobody waits for one. */
  trigger(): Outcome {
    if (!this.#isWaiting) return { error: scpiErrors.triggerIgnored };
    this.#measure();
    return undefined;
  }

  commands(): CommandTable {
    return {
      ...Object.fromEntries(
        [...names.map((name) => [name, name] as const), ...Object.entries(aliases)].flatMap(
          ([header, name]) => Object.entries(this.#functionCommands(header, name)),
        ),
      ),
      'CONF?': bare(() => `"${this.#function} ${this.#range}"`),
      'FUNC?': bare(() => `"${this.#function}"`),
      FUNC: listed(1, 1, (text = '') => this.#selectByName(quotedText(text))),
      'READ?': bare(() => this.#read()),
      INIT: bare(() => this.#initiate()),
      'INIT:IMM': bare(() => this.#initiate()),
      ABOR: bare(() => void (this.#isWaiting = false)),
      'FETC?': bare(() => this.#readings?.join(',') ?? { error: scpiErrors.staleData }),
      'DATA:POIN?': bare(() => String(this.#readings?.length ?? 0)),
      'SAMP:COUN?': bare(() => String(this.#samples)),
      'SAMP:COUN': numeric({ minimum: 1, maximum: samplesMost, usual: 1 }, (count) => {
        this.#samples = Math.round(count);
      }),
      'TRIG:SOUR?': bare(() => this.#source),
      'TRIG:SOUR': oneOf(sources, (source) => void (this.#source = source)),
    };
  }

  #functionCommands(header: string, name: FunctionName): CommandTable {
    const limits = limitsOf(name);
    const configure = (range = 'DEF'): Outcome => {
      const value = numberOf(range, limits);
      if (typeof value === 'object') return value;
      this.#configure(name, rangeFor(name, value));
      return undefined;
    };
    const rangeQuery = listed(0, 1, (which) => {
      if (which !== undefined) {
        const value = numberOf(which, limits);
        return typeof value === 'number' ? String(value) : value;
      }
      return String(this.#rangeOf(name));
    });
    return {
      // A range and a resolution may be said; the resolution has no effect here.
      [`CONF:${header}`]: listed(0, 2, (range) => configure(range)),
      [`MEAS:${header}?`]: listed(0, 2, (range) => configure(range) ?? this.#read()),
      [`${header}:RANG?`]: rangeQuery,
      [`${header}:RANG`]: numeric(limits, (value) => {
        this.#setRange(name, rangeFor(name, value));
        this.#isAuto = false;
      }),
      [`${header}:RANG:AUTO?`]: bare(() => (this.#isAuto ? '1' : '0')),
      [`${header}:RANG:AUTO`]: oneOf(switches, (word) => void (this.#isAuto = word === 'ON')),
    };
  }

  #selectByName(text: string | undefined): Outcome {
    if (text === undefined) return { error: scpiErrors.invalidString };
    const wanted = text.toUpperCase();
    const name = names.find((each) => each === wanted) ?? aliases[wanted];
    if (name === undefined) return { error: scpiErrors.illegalParameter };
    this.#function = name;
    this.#readings = undefined;
    return undefined;
  }

  #configure(name: FunctionName, range: number): void {
    this.#function = name;
    this.#setRange(name, range);
    this.#isAuto = false;
    this.#samples = 1;
    this.#source = 'IMM';
    this.#isWaiting = false;
  }

  /** What was read before says nothing of a new range. */
  #setRange(name: FunctionName, range: number): void {
    this.#ranges.set(name, range);
    this.#readings = undefined;
  }

  #initiate(): Outcome {
    if (this.#isWaiting) return { error: scpiErrors.initIgnored };
    if (this.#source === 'BUS') this.#isWaiting = true;
    else this.#measure();
    return undefined;
  }

  #read(): Outcome {
    if (this.#source === 'BUS') return { error: scpiErrors.triggerDeadlock };
    this.#measure();
    return this.#readings?.join(',');
  }

  #measure(): void {
    this.#isWaiting = false;
    this.#readings = Array.from({ length: this.#samples }, () => this.#sample());
  }

  #sample(): string {
    const { noise } = functions[this.#function];
    const value = this.#values[this.#function] + (this.#random() - 0.5) * noise;
    if (this.#isAuto) {
      this.#ranges.set(this.#function, rangeFor(this.#function, Math.abs(value) / overRange));
    }
    const isTooMuch = Math.abs(value) > this.#range * overRange;
    const shown = isTooMuch ? Math.sign(value) * overload : value;
    return shown.toExponential(8).toUpperCase();
  }
}

function limitsOf(name: FunctionName): {
  minimum: number;
  maximum: number;
  usual: number;
  unit: string;
} {
  const { ranges, usual, unit } = functions[name];
  return { minimum: ranges[0], maximum: ranges.at(-1) ?? usual, usual, unit };
}

/** The smallest range that shows a value. */
function rangeFor(name: FunctionName, value: number): number {
  const { ranges, usual } = functions[name];
  return ranges.find((range) => range >= value) ?? ranges.at(-1) ?? usual;
}
