import { SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import { decodeValue, encodeValue, wireTypeOf } from '../../../protocols/index.ts';
import type { ProparValue, RequestedItem, SentItem } from '../../../protocols/index.ts';
import { checkLimits, checkReadable, checkWritable } from '../../check-value.ts';
import type { Driver, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { bronkhorstActions } from './actions.ts';
import { inCapacityUnit, ParameterCatalogue } from './parameter-catalogue.ts';
import type { ProparParameter } from './parameter-catalogue.ts';
import type { ProparWire } from './propar-wire.ts';
import { readItem, scopeOf } from './read-chain.ts';
import { writeItems } from './write-message.ts';

export interface BronkhorstDriverOptions {
  readonly wire: ProparWire;
  /** 1 to 127; 128 is whoever is directly connected. */
  readonly node: number;
  /** 1 to 16. @default 1 */
  readonly channel?: number;
  /** @default that of the wire */
  readonly timeoutMs?: number;
}

const initreset = 7;
const unlocked = 64;
const locked = 82;
/** Writing these does something, so that reading them back tells nothing. */
const commands: ReadonlySet<number> = new Set([1, 7, 8, 114, 58, 2]);

/** Turns the parameters of one Bronkhorst instrument on a ProPar line into transactions. */
export class BronkhorstDriver implements Driver {
  readonly family = 'bronkhorst';
  readonly scope: string;
  readonly actions: Driver['actions'];
  readonly #wire: ProparWire;
  readonly #node: number;
  readonly #timeoutMs: number;
  readonly #catalogue: ParameterCatalogue;

  constructor(options: BronkhorstDriverOptions) {
    this.#wire = options.wire;
    this.#node = options.node;
    this.#timeoutMs = options.timeoutMs ?? options.wire.timeoutMs;
    this.#catalogue = new ParameterCatalogue(options.channel ?? 1);
    this.scope = scopeOf(options.node);
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
      ...(this.#canReadBack(own)
        ? {
            readBack: mapTransaction(this.#readBytes(own), (bytes) =>
              isSame(valueOf(own, bytes), checked),
            ),
          }
        : {}),
    });
  }

  /** Model, serial number and firmware. */
  identify(): Transaction<Identity> {
    return mapTransaction(this.#readBytes(this.#named('serialNumber')), (bytes) => {
      const serial = String(decodeValue('string', bytes)).trim();
      return { maker: 'Bronkhorst', serial, text: `Bronkhorst, node ${this.#node}, ${serial}` };
    });
  }

  unitOf(parameter: Parameter): Transaction<string> | undefined {
    const { number } = this.#own(parameter);
    if (!inCapacityUnit.has(number)) return undefined;
    return mapTransaction(this.#readBytes(this.#named('capacityUnit')), (bytes) =>
      String(decodeValue('string', bytes)).trim(),
    );
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
    const { process, parameter: number, wire, requestLength, name } = parameter;
    const item: RequestedItem = {
      process,
      parameter: number,
      type: wireTypeOf(wire),
      stringLength: requestLength,
    };
    return readItem(this.#wire, this.#node, item, {
      timeoutMs: this.#timeoutMs,
      label: `read node ${this.#node} ${name}`,
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
    const parameter = this.#catalogue.find(initreset);
    if (parameter === undefined) throw new TypeError('the parameter table has no initreset');
    return this.#item(parameter, value);
  }

  #canReadBack({ access, number }: ProparParameter): boolean {
    return access === 'read-write' && !commands.has(number);
  }
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
