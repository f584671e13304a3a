import { seededRandom } from '../faults.ts';
import type { Random } from '../faults.ts';

/** The error queue of an instrument holds so many; then -350 takes the last place. SCPI-99, 21.8.1. */
export const errorQueueMost = 20;

const identity = 'SIGNALBOX,SIM34401,SIM001,1.0';

/** Bits of the standard event status register. IEEE 488.2, 11.5.1. */
const operationComplete = 1;
const executionError = 16;
const commandError = 32;
const powerOn = 128;

/** A bench multimeter that speaks SCPI: one message in, one response or none out. */
export class Multimeter {
  readonly #random: Random;
  readonly #errors: string[] = [];
  #events = powerOn;
  #eventMask = 0;
  #requestMask = 0;
  #voltage = 1.234_5;
  #range = 10;

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  /** The response to one program message, without its end; undefined when none is due. */
  handle(message: string): string | undefined {
    const responses = message
      .split(';')
      .map((unit) => unit.trim().replace(/^:/, ''))
      .filter((unit) => unit !== '')
      .map((unit) => this.#unit(unit))
      .filter((response) => response !== undefined);
    return responses.length === 0 ? undefined : responses.join(';');
  }

  #unit(unit: string): string | undefined {
    const [header = '', ...rest] = unit.split(/\s+/);
    const argument = rest.join(' ');
    switch (shortForm(header)) {
      case '*IDN?':
        return identity;
      case '*OPC?':
        return '1';
      case '*OPC':
        this.#events |= operationComplete;
        return undefined;
      case '*TST?':
        return '0';
      case '*WAI':
        return undefined;
      case '*CLS':
        this.#errors.length = 0;
        this.#events = 0;
        return undefined;
      case '*RST':
        this.#voltage = 1.234_5;
        this.#range = 10;
        return undefined;
      case '*ESR?': {
        const events = this.#events;
        this.#events = 0;
        return String(events);
      }
      case '*ESE?':
        return String(this.#eventMask);
      case '*ESE':
        this.#eventMask = Number(argument) & 255;
        return undefined;
      case '*SRE?':
        return String(this.#requestMask);
      case '*SRE':
        this.#requestMask = Number(argument) & 255;
        return undefined;
      case '*STB?':
        return String(this.#statusByte());
      case 'SYST:ERR?':
      case 'SYST:ERR:NEXT?':
        return this.#errors.shift() ?? '0,"No error"';
      case 'SYST:ERR:COUN?':
        return String(this.#errors.length);
      case 'SYST:VERS?':
        return '1999.0';
      case 'MEAS:VOLT:DC?':
      case 'MEAS:VOLT?':
      case 'READ?':
      case 'FETC?':
        return this.#reading();
      case 'CONF:VOLT:DC':
      case 'CONF:VOLT':
        return undefined;
      case 'VOLT:RANG?':
        return String(this.#range);
      case 'VOLT:RANG':
        return this.#setRange(Number(argument));
      case 'CURV?':
        return this.#curve();
      default:
        this.#fail(commandError, `-113,"Undefined header;${header}"`);
        return undefined;
    }
  }

  #reading(): string {
    return (this.#voltage + (this.#random() - 0.5) * 0.001).toExponential(8).toUpperCase();
  }

  #setRange(range: number): undefined {
    if (range >= 0.1 && range <= 1_000) this.#range = range;
    else this.#fail(executionError, '-222,"Data out of range"');
    return undefined;
  }

  /** A block with line feeds in it, which end no response. */
  #curve(): string {
    const points = Array.from({ length: 64 }, (_, index) => String.fromCodePoint(index)).join('');
    return `#264${points}`;
  }

  #statusByte(): number {
    const summary = (this.#events & this.#eventMask) === 0 ? 0 : 32;
    const status = (this.#errors.length > 0 ? 4 : 0) | summary;
    return status | ((status & this.#requestMask) === 0 ? 0 : 64);
  }

  #fail(bit: number, error: string): void {
    this.#events |= bit;
    if (this.#errors.length < errorQueueMost) this.#errors.push(error);
    else this.#errors[errorQueueMost - 1] = '-350,"Queue overflow"';
  }
}

/** `MEASure:VOLTage?` as `MEAS:VOLT?`: long forms cut to short ones, in capitals. SCPI-99, 6.2.1. */
function shortForm(header: string): string {
  if (header.startsWith('*')) return header.toUpperCase();
  return header
    .toUpperCase()
    .split(':')
    .map((part) => {
      const [, word = '', mark = ''] = /^([A-Z]+)(\??)$/.exec(part) ?? [];
      if (word.length <= 4) return part;
      const isVowel = 'AEIOU'.includes(word.charAt(3));
      return word.slice(0, isVowel ? 3 : 4) + mark;
    })
    .join(':');
}
