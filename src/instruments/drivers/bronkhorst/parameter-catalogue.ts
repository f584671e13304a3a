import { SignalboxError } from '../../../kernel/index.ts';
import type { ProparType } from '../../../protocols/index.ts';
import type { Parameter } from '../../parameter.ts';
import { parameterChoices } from './parameter-choices.ts';
import { parameterFacts } from './parameter-facts.ts';
import type { ProparParameterFact } from './parameter-facts.ts';

/** A parameter with its place on the wire. */
export interface ProparParameter extends Parameter {
  readonly number: number;
  readonly process: number;
  readonly parameter: number;
  readonly wire: ProparType;
  /** How many bytes a string or binary is asked for; 0 for a final zero. */
  readonly requestLength: number;
}

/** No instrument has more channels. */
export const channelsMost = 16;

/** Units that do not depend on the instrument. Manual 9.17.023. */
const fixedUnits: Readonly<Record<number, string>> = {
  10: '0.1 s',
  107: 'mbar',
  139: '%',
  142: '°C',
  149: 'Hz',
  181: '°C',
  182: 's',
  230: '°C',
  245: '°C',
  266: '°C',
  300: '°C',
  347: '°C',
  397: '%',
};
/** Which parameter holds the unit of which: capacity unit and counter unit. */
const unitNumbers: ReadonlyMap<number, number> = new Map([
  ...[21, 183, 205, 206, 247, 248].map((number) => [number, 129] as const),
  ...[122, 124].map((number) => [number, 128] as const),
]);
/** Shares of the instrument's range: 32000 is 100 %. Manual 9.17.023, measure and setpoint. */
const fullScale = 32_000;
const shares: ReadonlySet<number> = new Set([8, 9, 11, 116, 117, 121, 127]);

/** What the integers of the wire hold; the list has wider limits for some. */
const held: Readonly<Partial<Record<ProparType, readonly [number, number]>>> = {
  uint8: [0, 255],
  uint16: [0, 65_535],
  int16: [-32_767, 32_767],
  bsint16: [-23_593, 41_942],
  uint32: [0, 4_294_967_295],
};

const kinds: Readonly<Record<ProparType, Parameter['type']>> = {
  uint8: 'integer',
  uint16: 'integer',
  int16: 'integer',
  bsint16: 'integer',
  uint32: 'integer',
  float32: 'float',
  string: 'string',
  binary: 'binary',
};

/** All parameters as one channel of an instrument has them. */
export class ParameterCatalogue {
  readonly all: readonly ProparParameter[];
  readonly #byName: ReadonlyMap<string, ProparParameter>;
  readonly #byNumber: ReadonlyMap<number, ProparParameter>;

  /**
   * @param channel 1 to 16
   * @throws BAD_ARGUMENT for a channel that no instrument has
   */
  constructor(channel: number) {
    if (!Number.isInteger(channel) || channel < 1 || channel > channelsMost) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `channel is ${channel}; it must be 1 to ${channelsMost}`,
      );
    }
    this.all = parameterFacts.map((fact) => atChannel(fact, channel));
    this.#byName = new Map(this.all.map((each) => [each.name.toLowerCase(), each]));
    this.#byNumber = new Map(this.all.map((each) => [each.number, each]));
  }

  /** By name, whatever its case, or by DDE number. */
  find(nameOrNumber: string | number): ProparParameter | undefined {
    if (typeof nameOrNumber === 'number') return this.#byNumber.get(nameOrNumber);
    return (
      this.#byName.get(nameOrNumber.toLowerCase()) ??
      (/^\d{1,4}$/.test(nameOrNumber) ? this.#byNumber.get(Number(nameOrNumber)) : undefined)
    );
  }
}

/** The parameter that holds the unit of another, where the instrument has to be asked for it. */
export function unitNumberOf(number: number): number | undefined {
  return unitNumbers.get(number);
}

function atChannel(fact: ProparParameterFact, channel: number): ProparParameter {
  const { number, type, isChannelled, isSecured, longest, requestLength = 0 } = fact;
  const unit = fixedUnits[number];
  const choices = parameterChoices[number];
  const { minimum, maximum } = limitsOf(fact);
  return {
    number,
    name: fact.name,
    title: fact.title,
    type: kinds[type],
    access: fact.access,
    process: isChannelled === true ? fact.process + channel - 1 : fact.process,
    parameter: fact.parameter,
    wire: type,
    requestLength,
    ...(unit === undefined ? {} : { unit }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(shares.has(number) ? { fullScale } : {}),
    ...(longest === undefined ? {} : { longest }),
    ...(choices === undefined ? {} : { choices }),
    ...(isSecured === true ? { secured: true } : {}),
  };
}

/** The limits of the list, as far as the type on the wire can hold them. */
function limitsOf({ type, minimum, maximum }: ProparParameterFact): {
  readonly minimum?: number;
  readonly maximum?: number;
} {
  const range = held[type];
  if (range !== undefined) {
    const [least, most] = range;
    return {
      minimum: Math.max(least, minimum ?? least),
      maximum: Math.min(most, maximum ?? most),
    };
  }
  return { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
}
