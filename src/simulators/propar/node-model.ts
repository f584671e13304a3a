import { proparStatus } from '../../protocols/index.ts';
import type { ProparType, ProparValue } from '../../protocols/index.ts';
import type { Random } from '../faults.ts';

/** What a simulated instrument is. */
export interface NodeDefinition {
  /** 1 to 127. */
  readonly address: number;
  /** @default 'SIM' and the address */
  readonly serial?: string;
  readonly userTag?: string;
  /** @default 'N2' */
  readonly fluid?: string;
  /** Flow at 100 %. @default 500 */
  readonly capacity?: number;
  /** @default 'mln/min' */
  readonly unit?: string;
}

/** One value of the instrument. */
export interface NodeParameter {
  readonly type: ProparType;
  readonly get: () => ProparValue;
  /** Absent where it is read only. May give a status to refuse with. */
  readonly set?: (value: ProparValue) => number | undefined;
  readonly isSecured?: boolean;
  readonly isWriteOnly?: boolean;
}

/** Raw values of measure and setpoint at 100 %. */
const fullScale = 32_000;
/** The measured flow follows the setpoint with this time constant. */
const lagMs = 300;
/** A change of fluid takes so long to show. */
const fluidSettlesMs = 1_500;
const unlockCode = 64;
const lockedCode = 82;

const fluids: readonly string[] = ['N2', 'AIR', 'O2', 'CO2', 'AR', 'HE', 'H2', 'CH4'];

/** A mass flow controller that behaves: setpoint, slope, measured flow, alarms, counter. */
export class NodeModel {
  readonly address: number;
  /** How often somebody asked it to wink. */
  winks = 0;
  readonly #parameters: ReadonlyMap<string, NodeParameter>;
  readonly #now: () => number;
  readonly #random: Random;
  #updatedMs: number;
  /** In raw units. */
  #setpoint = 0;
  #ramped = 0;
  #measured = 0;
  #slope = 0;
  #counter = 0;
  #initreset = lockedCode;
  #controlMode = 0;
  #fluidNumber = 0;
  #pendingFluid: { readonly number: number; readonly atMs: number } | undefined;
  #capacity: number;
  #unit: string;
  #userTag: string;
  readonly #alarm = { maximum: fullScale, minimum: 0, mode: 0 };

  /**
   * @param now ms of monotonic time
   * @param nextAddress of the ring by which a bus is scanned; 0 ends it
   */
  constructor(definition: NodeDefinition, nextAddress: number, now: () => number, random: Random) {
    const { address, fluid = 'N2', serial = `SIM${String(address).padStart(3, '0')}` } = definition;
    this.address = address;
    this.#now = now;
    this.#random = random;
    this.#updatedMs = now();
    this.#capacity = definition.capacity ?? 500;
    this.#unit = definition.unit ?? 'mln/min';
    this.#userTag = definition.userTag ?? `MFC-${address}`;
    this.#fluidNumber = Math.max(0, fluids.indexOf(fluid));
    this.#parameters = new Map(Object.entries(this.#table(serial, nextAddress)));
  }

  /** The parameter at an address, or the status that says what does not exist. */
  parameter(process: number, parameter: number): NodeParameter | number {
    const found = this.#parameters.get(`${process}/${parameter}`);
    if (found !== undefined) return found;
    const prefix = `${process}/`;
    const isProcess = this.#parameters.keys().some((key) => key.startsWith(prefix));
    return isProcess ? proparStatus.unknownParameter : proparStatus.unknownProcess;
  }

  /** Whether secured parameters may be written now. */
  get isUnlocked(): boolean {
    return this.#initreset === unlockCode;
  }

  /** Brings everything that moves by itself up to now. */
  update(): void {
    const nowMs = this.#now();
    const elapsedMs = nowMs - this.#updatedMs;
    this.#updatedMs = nowMs;
    const pending = this.#pendingFluid;
    if (pending !== undefined && nowMs >= pending.atMs) {
      this.#fluidNumber = pending.number;
      this.#pendingFluid = undefined;
    }
    const target = this.#controlMode === 12 || this.#controlMode === 3 ? 0 : this.#setpoint;
    // The slope is the time for a step of 100 %, in tenths of a second.
    const stepMost = this.#slope === 0 ? Infinity : (elapsedMs / (this.#slope * 100)) * fullScale;
    const distance = target - this.#ramped;
    this.#ramped += Math.sign(distance) * Math.min(Math.abs(distance), stepMost);
    this.#measured += (this.#ramped - this.#measured) * (1 - Math.exp(-elapsedMs / lagMs));
    this.#counter += (this.#flow * elapsedMs) / 60_000;
  }

  get #flow(): number {
    return (this.#measured / fullScale) * this.#capacity;
  }

  #noisy(): number {
    return this.#measured * (1 + (this.#random() - 0.5) * 0.002);
  }

  #alarmInfo(): number {
    if (this.#alarm.mode === 0) return 0;
    return (
      (this.#measured < this.#alarm.minimum ? 4 : 0) +
      (this.#measured > this.#alarm.maximum ? 8 : 0)
    );
  }

  #table(serial: string, nextAddress: number): Record<string, NodeParameter> {
    const fixed = (type: ProparType, value: ProparValue): NodeParameter => ({
      type,
      get: () => value,
    });
    const number = (
      type: ProparType,
      get: () => number,
      set: (value: number) => void,
    ): NodeParameter => ({
      type,
      get,
      set: (value) => {
        set(value as number);
        return undefined;
      },
    });
    const limited = (
      type: ProparType,
      most: number,
      get: () => number,
      set: (value: number) => void,
    ): NodeParameter => ({
      type,
      get,
      set: (value) => {
        if ((value as number) > most) return proparStatus.parameterValue;
        set(value as number);
        return undefined;
      },
    });
    return {
      '0/0': {
        type: 'string',
        get: () => `7${serial}`,
        set: () => {
          this.winks += 1;
          return undefined;
        },
      },
      '0/1': { ...fixed('uint8', this.address), set: () => undefined, isSecured: true },
      '0/3': fixed('uint8', nextAddress),
      '0/10': number(
        'uint8',
        () => this.#initreset,
        (value) => (this.#initreset = value),
      ),
      '0/18': fixed('uint8', 1),
      '1/0': measured('bsint16', () => Math.round(this.#noisy())),
      '1/1': limited(
        'uint16',
        32_767,
        () => Math.round(this.#setpoint),
        (value) => (this.#setpoint = value),
      ),
      '1/2': limited(
        'uint16',
        30_000,
        () => this.#slope,
        (value) => (this.#slope = value),
      ),
      '1/3': fixed('int16', 0),
      '1/4': limited(
        'uint8',
        255,
        () => this.#controlMode,
        (value) => (this.#controlMode = value),
      ),
      '1/13': {
        ...number(
          'float32',
          () => this.#capacity,
          (value) => (this.#capacity = value),
        ),
        isSecured: true,
      },
      '1/16': limited(
        'uint8',
        7,
        () => this.#fluidNumber,
        (value) => {
          this.#pendingFluid = { number: value, atMs: this.#now() + fluidSettlesMs };
        },
      ),
      '1/17': measured('string', () => (fluids[this.#fluidNumber] ?? '').padEnd(10)),
      '1/20': measured('uint8', () => this.#alarmInfo()),
      '1/31': {
        type: 'string',
        get: () => this.#unit.padEnd(7),
        set: (value) => {
          this.#unit = String(value).trim();
          return undefined;
        },
        isSecured: true,
      },
      '33/0': measured('float32', () => (this.#noisy() / fullScale) * this.#capacity),
      '33/3': {
        type: 'float32',
        get: () => (this.#setpoint / fullScale) * this.#capacity,
        set: (value) => {
          const raw = ((value as number) / this.#capacity) * fullScale;
          if (raw < 0 || raw > 32_767) return proparStatus.parameterValue;
          this.#setpoint = raw;
          return undefined;
        },
      },
      '33/7': measured('float32', () => 22 + this.#random() * 0.1),
      '97/1': limited(
        'uint16',
        fullScale,
        () => this.#alarm.maximum,
        (value) => (this.#alarm.maximum = value),
      ),
      '97/2': limited(
        'uint16',
        fullScale,
        () => this.#alarm.minimum,
        (value) => (this.#alarm.minimum = value),
      ),
      '97/3': limited(
        'uint8',
        3,
        () => this.#alarm.mode,
        (value) => (this.#alarm.mode = value),
      ),
      '104/1': number(
        'float32',
        () => this.#counter,
        (value) => (this.#counter = value),
      ),
      '113/1': fixed('string', 'DMFC'),
      '113/2': fixed('string', 'F-201CV-500'),
      '113/3': { ...fixed('string', serial), set: () => undefined, isSecured: true },
      '113/5': fixed('string', 'V9.99a'),
      '113/6': {
        type: 'string',
        get: () => this.#userTag,
        set: (value) => {
          this.#userTag = String(value).slice(0, 16);
          return undefined;
        },
      },
      '113/12': fixed('uint8', 7),
      '114/1': measured('uint32', () => Math.round((this.#measured / fullScale) * 16_000_000)),
      '115/8': {
        ...number(
          'uint8',
          () => 0,
          () => (this.#counter = 0),
        ),
        isWriteOnly: true,
      },
    };
  }
}

function measured(type: ProparType, get: () => ProparValue): NodeParameter {
  return { type, get };
}
