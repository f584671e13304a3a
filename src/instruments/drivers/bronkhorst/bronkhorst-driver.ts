import { SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import { decodeValue, directNode, encodeValue, wireTypeOf } from '../../../protocols/index.ts';
import type { ProparValue, RequestedItem, SentItem } from '../../../protocols/index.ts';
import { checkLimits, checkReadable, checkWritable } from '../../check-value.ts';
import type { Driver, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { bronkhorstActions } from './actions.ts';
import { factorOf } from './gas-factors.ts';
import type { GasFactors } from './gas-factors.ts';
import { ParameterCatalogue, unitNumberOf } from './parameter-catalogue.ts';
import type { ProparParameter } from './parameter-catalogue.ts';
import type { ProparWire } from './propar-wire.ts';
import { readItem, readItems, scopeOf } from './read-chain.ts';
import { writeItems } from './write-message.ts';

export interface BronkhorstDriverOptions {
  readonly wire: ProparWire;
  /** 1 to 127; 128 is whoever is directly connected. */
  readonly node: number;
  /** 1 to 16. @default 1 */
  readonly channel?: number;
  /** @default that of the wire */
  readonly timeoutMs?: number;
  /** Applied to measured flow and setpoint, in the unit of the capacity, as they are by then. @default none */
  readonly gasFactors?: () => GasFactors;
}

const initreset = 7;
const unlocked = 64;
const locked = 82;
/**
 * Writing these starts something, or they move by themselves, or the instrument answers elsewhere
 * afterwards: reading them back tells nothing, so a write of them is never repeated.
 * identification (wink), addresses, initreset, measure, fluid (settles late), resets, valve output,
 * calibration, test and tuning modes, counter, baud rates, selection and unlocking of features.
 */
const commands: ReadonlySet<number> = new Set([
  1, 2, 3, 7, 8, 24, 47, 55, 58, 70, 79, 103, 114, 122, 176, 199, 201, 213, 309, 310, 328, 393, 429,
  430,
]);
/** Control modes that end by themselves: tests, tuning and calibration. */
const passingModes: readonly ProparValue[] = [5, 6, 9];
const controlMode = 12;
/** Flows in the unit of the capacity, to which a gas factor applies. */
const flows: ReadonlySet<number> = new Set([205, 206]);

const noFactors = (): GasFactors => ({});

function isEmpty(factors: GasFactors): boolean {
  return Object.keys(factors).length === 0;
}

/** Turns the parameters of one Bronkhorst instrument on a ProPar line into transactions. */
export class BronkhorstDriver implements Driver {
  readonly family = 'bronkhorst';
  readonly watched: readonly string[] = ['fMeasure', 'fSetpoint'];
  readonly scope: string | undefined;
  readonly actions: Driver['actions'];
  readonly #wire: ProparWire;
  readonly #node: number;
  readonly #timeoutMs: number;
  readonly #catalogue: ParameterCatalogue;
  readonly #gasFactors: () => GasFactors;

  /** @throws BAD_ARGUMENT for a node or channel that no instrument has */
  constructor(options: BronkhorstDriverOptions) {
    const { node } = options;
    if (!Number.isInteger(node) || node < 1 || node > directNode) {
      throw new SignalboxError('BAD_ARGUMENT', `node is ${node}; it must be 1 to ${directNode}`);
    }
    this.#wire = options.wire;
    this.#node = options.node;
    this.#timeoutMs = options.timeoutMs ?? options.wire.timeoutMs;
    this.#catalogue = new ParameterCatalogue(options.channel ?? 1);
    this.#gasFactors = options.gasFactors ?? noFactors;
    this.scope = scopeOf(options.node).scope;
    this.actions = bronkhorstActions(this);
  }

  get parameters(): readonly ProparParameter[] {
    return this.#catalogue.all;
  }

  parameter(nameOrNumber: string | number): ProparParameter | undefined {
    return this.#catalogue.find(nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    const own = this.#own(parameter);
    checkReadable(own);
    return mapTransaction(this.#readBytes(own), (bytes) => valueOf(own, bytes));
  }

  write(
    parameter: Parameter,
    value: Value,
    options: { readonly unlock?: boolean } = {},
  ): Transaction<void> {
    const own = this.#own(parameter);
    const { unlock = false } = options;
    checkWritable(own);
    const checked = this.#check(own, value);
    const isSecured = own.secured === true;
    const item = this.#item(own, checked);
    const items = isSecured && unlock ? [this.#key(unlocked), item, this.#key(locked)] : [item];
    return writeItems(this.#wire, this.#node, items, {
      label: `write node ${this.#node} ${own.name}`,
      timeoutMs: this.#timeoutMs,
      isLocked: isSecured && !unlock,
      ...(canReadBack(own, checked)
        ? {
            readBack: mapTransaction(this.#readBytes(own), (bytes) =>
              isSame(valueOf(own, bytes), checked),
            ),
          }
        : {}),
    });
  }

  /** Device type, model, serial number and firmware, in one message. */
  identify(): Transaction<Identity> {
    const asked = ['deviceType', 'model', 'serialNumber', 'firmware'];
    return mapTransaction(this.#readTogether(asked, 'identity'), (texts) => {
      const [type = '', model = '', serial = '', firmware = ''] = texts;
      const text = `Bronkhorst ${type} ${model}, serial number ${serial}, firmware ${firmware}`;
      return { maker: 'Bronkhorst', model: `${type} ${model}`.trim(), serial, firmware, text };
    });
  }

  unitOf(parameter: Parameter): Transaction<string> | undefined {
    const number = unitNumberOf(this.#own(parameter).number);
    return number === undefined
      ? undefined
      : mapTransaction(this.#readBytes(this.#numbered(number)), textOf);
  }

  factorOf(parameter: Parameter): Transaction<number> | undefined {
    const factors = this.#gasFactors();
    if (!flows.has(this.#own(parameter).number) || isEmpty(factors)) return undefined;
    return mapTransaction(
      this.#readTogether(['serialNumber', 'fluidName'], 'gas'),
      ([serial = '', fluid = '']) => factorOf(factors, serial, fluid),
    );
  }

  secure(): Transaction<void> {
    return this.write(this.#numbered(initreset), locked);
  }

  /** Several strings in one message. */
  #readTogether(names: readonly string[], what: string): Transaction<string[]> {
    const items = names.map((name) => itemOf(this.#named(name)));
    const label = `read node ${this.#node} ${what}`;
    const options = { timeoutMs: this.#timeoutMs, label };
    return mapTransaction(readItems(this.#wire, this.#node, items, options), (values) =>
      values.map(textOf),
    );
  }

  #numbered(number: number): ProparParameter {
    const found = this.#catalogue.find(number);
    if (found === undefined) throw new TypeError(`the parameter list has no number ${number}`);
    return found;
  }

  /** A parameter that is known to exist. */
  #named(name: string): ProparParameter {
    return this.#own({ name } as Parameter);
  }

  #own({ name }: Parameter): ProparParameter {
    const own = this.#catalogue.find(name);
    if (own !== undefined) return own;
    throw new SignalboxError('NOT_FOUND', `a Bronkhorst instrument has no parameter '${name}'`);
  }

  #readBytes(parameter: ProparParameter): Transaction<Uint8Array> {
    return readItem(this.#wire, this.#node, itemOf(parameter), {
      timeoutMs: this.#timeoutMs,
      label: `read node ${this.#node} ${parameter.name}`,
    });
  }

  #check(parameter: ProparParameter, value: Value): ProparValue {
    if (typeof value === 'boolean') {
      throw new SignalboxError('VALUE_INVALID', `${parameter.name} takes no ${typeof value}`);
    }
    checkLimits(parameter, value);
    // Packs once for the checks that packing makes: nothing that cannot be packed gets further.
    encodeValue(parameter.wire, value);
    return value;
  }

  #item(parameter: ProparParameter, value: ProparValue): SentItem {
    const { process, parameter: number, wire } = parameter;
    return {
      process,
      parameter: number,
      type: wireTypeOf(wire),
      value: encodeValue(wire, value),
      ...(wire === 'binary' ? { isFixed: true } : {}),
    };
  }

  #key(value: number): SentItem {
    return this.#item(this.#numbered(initreset), value);
  }
}

function itemOf({ process, parameter, wire, requestLength }: ProparParameter): RequestedItem {
  return { process, parameter, type: wireTypeOf(wire), stringLength: requestLength };
}

function canReadBack({ access, number }: ProparParameter, value: ProparValue): boolean {
  if (access !== 'read-write' || commands.has(number)) return false;
  return number !== controlMode || !passingModes.includes(value);
}

function textOf(bytes: Uint8Array): string {
  return String(decodeValue('string', bytes)).trim();
}

function valueOf(parameter: ProparParameter, bytes: Uint8Array): Value {
  const value = decodeValue(parameter.wire, bytes);
  return typeof value === 'string' ? value.trimEnd() : value;
}

/** Floats lose digits on the way through an instrument's own scaling. */
function isSame(read: Value, written: ProparValue): boolean {
  if (typeof read === 'number' && typeof written === 'number') {
    return Math.abs(read - written) <= 1e-3 * Math.max(1, Math.abs(written));
  }
  if (read instanceof Uint8Array && written instanceof Uint8Array) {
    return read.length === written.length && read.every((byte, index) => byte === written[index]);
  }
  return read === (typeof written === 'string' ? written.trimEnd() : written);
}
