import type { Parameter } from '../../parameter.ts';
import type { ProparType } from '../../../protocols/index.ts';
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

/** Units that do not depend on the instrument. */
const fixedUnits: Readonly<Record<number, string>> = { 10: '0.1 s', 142: '°C', 156: '', 182: 's' };
/** Parameters in the unit of the capacity, which the instrument has to be asked for. */
export const inCapacityUnit: ReadonlySet<number> = new Set([21, 183, 205, 206]);

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

  /** @param channel 1 to 16 */
  constructor(channel: number) {
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

function atChannel(fact: ProparParameterFact, channel: number): ProparParameter {
  const { number, type, isChannelled, isSecured, longest, requestLength = 0 } = fact;
  const unit = fixedUnits[number];
  const choices = parameterChoices[number];
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
    ...(fact.minimum === undefined ? {} : { minimum: fact.minimum }),
    ...(fact.maximum === undefined ? {} : { maximum: fact.maximum }),
    ...(longest === undefined ? {} : { longest }),
    ...(choices === undefined ? {} : { choices }),
    ...(isSecured === true ? { secured: true } : {}),
  };
}
