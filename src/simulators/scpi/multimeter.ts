import { blockHeader } from '../../protocols/index.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Random } from '../seeded-random.ts';
import { messageUnits } from './message-units.ts';
import { shortForm } from './short-form.ts';
import { scpiErrors, StatusRegisters } from './status-registers.ts';

const defaultIdentity = 'SIGNALBOX,SIM34401,SIM001,1.0';
const defaultVoltage = 1.234_5;
const startRange = 10;
/** A waveform has so many points, a byte each; one of them is a line feed, which ends nothing. */
const curvePoints = 64;

/** What an instrument makes of one program message. */
export interface MeterAnswer {
  /** Absent when the message asks for nothing. One character a byte. */
  readonly response?: string;
  readonly durationMs: number;
}

export interface MultimeterOptions {
  readonly identity?: string;
  readonly voltage?: number;
  readonly seed?: number;
  readonly answerTimeMs?: number;
  readonly calibrationMs?: number;
}

/** What a command gives: a response, nothing, or an error for the queue. */
type Outcome = string | undefined | { readonly error: string };
type Command = (argument: string) => Outcome;

/** A bench multimeter that speaks SCPI: one message in, one response or none out. */
export class Multimeter {
  readonly status: StatusRegisters = new StatusRegisters();
  readonly #random: Random;
  readonly #identity: string;
  readonly #voltage: number;
  readonly #answerTimeMs: number;
  readonly #calibrationMs: number;
  readonly #commands: ReadonlyMap<string, Command>;
  #range = startRange;
  #reading: string | undefined;

  constructor(options: MultimeterOptions = {}) {
    const { seed = 1, answerTimeMs = 0, calibrationMs = 1_000 } = options;
    this.#identity = options.identity ?? defaultIdentity;
    this.#voltage = options.voltage ?? defaultVoltage;
    this.#random = seededRandom(seed);
    this.#answerTimeMs = answerTimeMs;
    this.#calibrationMs = calibrationMs;
    this.#commands = new Map(Object.entries({ ...this.#common(), ...this.#measuring() }));
  }

  /** Takes one program message, without its end. Responses of one message are joined by `;`. */
  handle(message: string): MeterAnswer {
    const responses: string[] = [];
    let durationMs = 0;
    for (const { header, argument, candidates } of messageUnits(message)) {
      const forms = candidates.map(shortForm);
      const known = forms.find((form) => this.#commands.has(form));
      const command = this.#commands.get(known ?? '');
      const outcome: Outcome =
        command === undefined
          ? { error: `-113,"Undefined header;${header}"` }
          : command(argument.trim());
      if (typeof outcome === 'object') this.status.fail(outcome.error);
      else if (outcome !== undefined) {
        responses.push(outcome);
        durationMs += known === '*CAL?' ? this.#calibrationMs : this.#answerTimeMs;
      }
    }
    return responses.length === 0 ? { durationMs } : { response: responses.join(';'), durationMs };
  }

  /** The commands that each instrument has. IEEE 488.2, 10; SCPI-99, 21.8. */
  #common(): Record<string, Command> {
    const { status } = this;
    const nextError = bare(() => status.takeError());
    return {
      '*IDN?': bare(() => this.#identity),
      '*OPC?': bare(() => '1'),
      '*OPC': bare(() => status.completeOperation()),
      '*TST?': bare(() => '0'),
      '*CAL?': bare(() => '0'),
      '*WAI': bare(() => {}),
      '*CLS': bare(() => status.clear()),
      '*RST': bare(() => this.#reset()),
      '*ESR?': bare(() => String(status.takeEvents())),
      '*STB?': bare(() => String(status.statusByte)),
      '*ESE?': bare(() => String(status.eventMask)),
      '*SRE?': bare(() => String(status.requestMask)),
      '*ESE': numeric((value) => status.setEventMask(value)),
      '*SRE': numeric((value) => status.setRequestMask(value)),
      'SYST:ERR?': nextError,
      'SYST:ERR:NEXT?': nextError,
      'SYST:ERR:COUN?': bare(() => String(status.errorCount)),
      'SYST:VERS?': bare(() => '1999.0'),
    };
  }

  #measuring(): Record<string, Command> {
    const measure: Command = () => this.#measure();
    const configure: Command = () => void (this.#reading = undefined);
    const setRange = numeric((value) => this.#setRange(value));
    return {
      'MEAS:VOLT:DC?': measure,
      'MEAS:VOLT?': measure,
      'CONF:VOLT:DC': configure,
      'CONF:VOLT': configure,
      'CONF?': bare(() => `"VOLT ${this.#range}"`),
      'READ?': bare(() => this.#measure()),
      INIT: bare(() => void this.#measure()),
      'FETC?': bare(() => this.#reading ?? { error: scpiErrors.staleData }),
      'VOLT:RANG?': bare(() => String(this.#range)),
      'VOLT:RANG': setRange,
      'VOLT:DC:RANG?': bare(() => String(this.#range)),
      'VOLT:DC:RANG': setRange,
      'CURV?': bare(curve),
    };
  }

  #measure(): string {
    const value = this.#voltage + (this.#random() - 0.5) * 0.001;
    this.#reading = value.toExponential(8).toUpperCase();
    return this.#reading;
  }

  #setRange(range: number): boolean {
    const isRange = range >= 0.1 && range <= 1_000;
    if (isRange) this.#range = range;
    return isRange;
  }

  #reset(): void {
    this.#range = startRange;
    this.#reading = undefined;
  }
}

/** A command that takes no parameter. */
function bare(run: () => Outcome | void): Command {
  return (argument) =>
    argument === '' ? (run() ?? undefined) : { error: scpiErrors.parameterNotAllowed };
}

/** A command that takes one number, and says whether it is in range. */
function numeric(run: (value: number) => boolean): Command {
  return (argument) => {
    if (argument === '') return { error: scpiErrors.missingParameter };
    const value = Number(argument);
    if (Number.isNaN(value)) return { error: scpiErrors.dataType };
    return run(value) ? undefined : { error: scpiErrors.outOfRange };
  };
}

function curve(): string {
  const points = Array.from({ length: curvePoints }, (_, index) => String.fromCodePoint(index));
  return blockHeader(curvePoints) + points.join('');
}
