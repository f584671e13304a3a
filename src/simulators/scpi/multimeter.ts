import { blockHeader } from '../../protocols/index.ts';
import { seededRandom } from '../seeded-random.ts';
import { bare, blockOf, listed, numeric, quotedText } from './command.ts';
import type { Command, CommandTable, Outcome } from './command.ts';
import { Measurement } from './measurement.ts';
import { messageUnits } from './message-units.ts';
import type { MeterAnswer, ScpiInstrument } from './meter-session.ts';
import { shortForm } from './short-form.ts';
import { registerMost, scpiErrors, StatusRegisters } from './status-registers.ts';

const defaultIdentity = 'SIGNALBOX,SIM34401,SIM001,1.0';
const defaultVoltage = 1.234_5;
/** A waveform begins with so many points, a byte each; one of them is a line feed, which ends nothing. */
const curvePoints = 64;
/** A longer one is refused. */
export const curveBytesMost = 65_536;
/** The display has room for so many characters. */
const displayLongest = 12;

export interface MultimeterOptions {
  readonly identity?: string;
  readonly voltage?: number;
  readonly seed?: number;
  readonly answerTimeMs?: number;
  readonly calibrationMs?: number;
}

/** A bench multimeter that speaks SCPI: one message in, one response or none out. */
export class Multimeter implements ScpiInstrument {
  readonly status: StatusRegisters = new StatusRegisters();
  readonly #identity: string;
  readonly #measurement: Measurement;
  readonly #answerTimeMs: number;
  readonly #calibrationMs: number;
  readonly #commands: ReadonlyMap<string, Command>;
  #curve: Uint8Array = Uint8Array.from({ length: curvePoints }, (_, index) => index);
  #display = '';

  constructor(options: MultimeterOptions = {}) {
    const { seed = 1, answerTimeMs = 0, calibrationMs = 1_000 } = options;
    this.#identity = options.identity ?? defaultIdentity;
    const voltage = options.voltage ?? defaultVoltage;
    this.#measurement = new Measurement({ voltage, random: seededRandom(seed) });
    this.#answerTimeMs = answerTimeMs;
    this.#calibrationMs = calibrationMs;
    const tables = { ...this.#common(), ...this.#system(), ...this.#measurement.commands() };
    this.#commands = new Map(Object.entries(tables));
  }

  /** Takes one program message, without its end. Responses of one message are joined by `;`. */
  handle(message: string): MeterAnswer {
    const responses: string[] = [];
    let durationMs = 0;
    for (const { header, argument, candidates } of messageUnits(message)) {
      const forms = candidates.map((each) => shortForm(each).replace(/^SENS:/, ''));
      const known = forms.find((form) => this.#commands.has(form));
      // What is said before in the same message waits in the output queue.
      this.status.hasOutput = responses.length > 0;
      const outcome = this.#commands.get(known ?? '')?.(argument) ?? unknown(header, known);
      if (typeof outcome === 'object') this.status.fail(outcome.error);
      else if (outcome !== undefined) {
        responses.push(outcome);
        durationMs += known === '*CAL?' ? this.#calibrationMs : this.#answerTimeMs;
      }
    }
    this.status.hasOutput = false;
    return responses.length === 0 ? { durationMs } : { response: responses.join(';'), durationMs };
  }

  /** The commands that each instrument has. IEEE 488.2, 10. */
  #common(): CommandTable {
    const { status } = this;
    const register = { minimum: 0, maximum: registerMost, usual: 0 };
    return {
      '*IDN?': bare(() => this.#identity),
      '*OPC?': bare(() => '1'),
      '*OPC': bare(() => status.completeOperation()),
      '*TST?': bare(() => '0'),
      '*CAL?': bare(() => '0'),
      '*OPT?': bare(() => '0'),
      '*WAI': bare(() => {}),
      '*TRG': bare(() => this.#measurement.trigger()),
      '*CLS': bare(() => status.clear()),
      '*RST': bare(() => this.#reset()),
      '*ESR?': bare(() => String(status.takeEvents())),
      '*STB?': bare(() => String(status.statusByte)),
      '*ESE?': bare(() => String(status.eventMask)),
      '*SRE?': bare(() => String(status.requestMask)),
      '*ESE': numeric(register, (value) => status.setEventMask(value)),
      '*SRE': numeric(register, (value) => status.setRequestMask(value)),
    };
  }

  /** The same of SCPI instruments, a display, and a waveform that goes as a block. SCPI-99, volume 2. */
  #system(): CommandTable {
    const { status } = this;
    const nextError = bare(() => status.takeError());
    return {
      'SYST:ERR?': nextError,
      'SYST:ERR:NEXT?': nextError,
      'SYST:ERR:ALL?': bare(() => status.takeErrors()),
      'SYST:ERR:COUN?': bare(() => String(status.errorCount)),
      'SYST:VERS?': bare(() => '1999.0'),
      'SYST:BEEP': bare(() => {}),
      'SYST:LOC': bare(() => {}),
      'SYST:REM': bare(() => {}),
      'DISP:TEXT?': bare(() => `"${this.#display.replaceAll('"', '""')}"`),
      'DISP:TEXT:CLE': bare(() => void (this.#display = '')),
      'DISP:TEXT': listed(1, 1, (text = '') => this.#show(quotedText(text))),
      'CURV?': bare(() => blockHeader(this.#curve.length) + latin1(this.#curve)),
      CURV: listed(1, 1, (text = '') => this.#setCurve(blockOf(text))),
    };
  }

  #show(text: string | undefined): Outcome {
    if (text === undefined) return { error: scpiErrors.invalidString };
    if (text.length > displayLongest) return { error: scpiErrors.tooMuchData };
    this.#display = text;
    return undefined;
  }

  #setCurve(points: Uint8Array | undefined): Outcome {
    if (points === undefined) return { error: scpiErrors.invalidBlock };
    if (points.length > curveBytesMost) return { error: scpiErrors.tooMuchData };
    this.#curve = points;
    return undefined;
  }

  #reset(): void {
    this.#measurement.reset();
    this.#display = '';
  }
}

function unknown(header: string, known: string | undefined): Outcome {
  if (known !== undefined) return undefined;
  const isHeader = /^\*?[A-Za-z][\w:]*\??$/.test(header);
  return { error: isHeader ? `-113,"Undefined header;${header}"` : scpiErrors.syntax };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
