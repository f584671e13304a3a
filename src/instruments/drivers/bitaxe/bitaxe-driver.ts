import { given, hasCode, SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import { checkLimits, checkReadable, checkWritable } from '../../check-value.ts';
import type { Action, Driver, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { ExpectedDevice, writtenMac } from '../miner/expected-device.ts';
import { booleanOf, checkAllReadable, integerOf, textOf } from '../miner/miner-table.ts';
import { linkOperation } from '../miner/link-operation.ts';
import { AxeOs } from './axe-os.ts';
import type { AsicFacts, AxeOsInfo } from './axe-os.ts';
import { bitaxeActions } from './bitaxe-actions.ts';
import { bitaxeTable } from './bitaxe-table.ts';
import type { BitaxeRow } from './bitaxe-table.ts';

/** How long one request to a miner may take, with the connection to it, in ms. */
export const bitaxeTimeoutMs = 5_000;

export interface BitaxeDriverOptions {
  /** @default {@link bitaxeTimeoutMs} */
  readonly timeoutMs?: number;
  /** Which device is meant, by its hardware address. @default the one that answers first */
  readonly mac?: string;
}

/** What a firmware that has no `/api/system/asic` tells of its chips. */
const untold: AsicFacts = { frequencies: [], voltages: [] };

/**
 * A Bitaxe, or another miner with AxeOS, of versions before and after 2.10. All parameters are read by one
 * request, whoever asks for them at the same time. Source: ESP-Miner, openapi.yaml.
 */
export class BitaxeDriver implements Driver {
  readonly family = 'bitaxe';
  readonly parameters: readonly Parameter[] = bitaxeTable.parameters;
  readonly watched: readonly string[] = bitaxeTable.watched;
  readonly #timeoutMs: number;
  readonly #expected: ExpectedDevice;
  /** All reads are this one, which is made once. */
  readonly #info: Transaction<AxeOsInfo>;
  #actions: readonly Action[] | undefined;
  #asic: AsicFacts | undefined;

  constructor({ timeoutMs = bitaxeTimeoutMs, mac }: BitaxeDriverOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#expected = new ExpectedDevice(mac);
    const info = this.#operation('read the miner', 'safe', 'GET /api/system/info', (api) =>
      this.#askInfo(api),
    );
    this.#info = { ...info, merge: { key: 'info' } };
  }

  /** Made when somebody asks: of a thousand miners, few are told to do something. */
  get actions(): readonly Action[] {
    this.#actions ??= bitaxeActions((label, repeat, traced, run) =>
      this.#operation(label, repeat, traced, async (api) => {
        await this.#checkDevice(api);
        return await run(api);
      }),
    );
    return this.#actions;
  }

  parameter(nameOrNumber: string | number): Parameter | undefined {
    return bitaxeTable.parameter(nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    checkReadable(parameter);
    return mapTransaction(this.#info, (info) => bitaxeTable.value(parameter, info));
  }

  readMany(parameters: readonly Parameter[]): Transaction<Readonly<Record<string, Value>>> {
    checkAllReadable(parameters);
    return mapTransaction(this.#info, (info) => bitaxeTable.values(parameters, info));
  }

  write(parameter: Parameter, value: Value): Transaction<void> {
    checkWritable(parameter);
    const row = bitaxeTable.row(parameter.name);
    const { field = '', encode = (plain: Value): unknown => plain, isSecret = false } = row ?? {};
    checkSetting(parameter, value, isSecret);
    const traced = `PATCH /api/system ${field} = ${isSecret ? '***' : String(value)}`;
    const write = this.#operation(`write ${parameter.name}`, 'safe', traced, async (api) => {
      const info = await this.#checkDevice(api);
      if (row?.read !== undefined && row.read(info) === undefined) throw unknownSetting(parameter);
      await this.#checkOptions(api, info, row, value);
      await api.patch({ [field]: encode(value) });
    });
    // To set what cannot be read back once more changes nothing.
    if (row?.read === undefined) return write;
    const readBack = mapTransaction(this.#info, (info) => row.read?.(info) === value);
    return { ...write, repeat: 'verify', verification: { readBack, reply: undefined } };
  }

  identify(): Transaction<Identity> {
    return mapTransaction(this.#info, (info) => {
      const model = textOf(info['ASICModel']);
      const firmware = textOf(info['version']);
      const serial = writtenMac(info['macAddr']);
      const name = textOf(info['hostname']);
      const text = ['AxeOS', firmware, model, name, serial].filter((each) => each !== undefined);
      return { maker: 'AxeOS', ...given({ model, serial, firmware }), text: text.join(' ') };
    });
  }

  async #askInfo(api: AxeOs): Promise<AxeOsInfo> {
    const info = await api.info();
    this.#expected.check(info['macAddr']);
    if (info['asicCount'] !== undefined) return info;
    // Since 2.7 another page tells how many chips there are, which does not change.
    this.#asic ??= (await api.asic()) ?? untold;
    const { count } = this.#asic;
    return count === undefined ? info : Object.assign(info, { asicCount: count });
  }

  /**
   * Whatever changes something is for the device that is meant, and for no other.
   * @throws INSTRUMENT_OFFLINE where that could not be found out: then nothing was changed
   */
  async #checkDevice(api: AxeOs): Promise<AxeOsInfo> {
    try {
      const info = await api.info();
      this.#expected.check(info['macAddr']);
      return info;
    } catch (error) {
      if (!hasCode(error, 'LINK_COMMUNICATION', 'REPLY_MALFORMED')) throw error;
      const { message } = error as SignalboxError;
      throw new SignalboxError('INSTRUMENT_OFFLINE', `nothing was changed: ${message}`, {
        details: { isSent: false, transient: true },
        cause: error,
      });
    }
  }

  /**
   * What the device itself offers, where it says so, is all that it takes, unless it may be overclocked.
   * @throws VALUE_OUT_OF_RANGE
   */
  async #checkOptions(
    api: AxeOs,
    info: AxeOsInfo,
    row: BitaxeRow | undefined,
    value: Value,
  ): Promise<void> {
    if (row?.options === undefined) return;
    this.#asic ??= (await api.asic()) ?? untold;
    const options = this.#asic[row.options];
    if (options.length === 0 || options.includes(Number(value))) return;
    if (booleanOf(info['overclockEnabled']) === true) return;
    const { name, unit } = row.parameter;
    throw new SignalboxError(
      'VALUE_OUT_OF_RANGE',
      `${String(value)} ${unit} is none of what this ${this.#asic.model ?? 'miner'} takes for ${name}: ${options.join(', ')}`,
      {
        details: { parameter: name, value, choices: options },
        nextStep: 'Take one of these; others are taken once overclock is true.',
      },
    );
  }

  /** @param traced what the trace shows of it: nothing that is secret */
  #operation<Reply>(
    label: string,
    repeat: 'safe' | 'never',
    traced: string,
    run: (api: AxeOs) => Promise<Reply>,
  ): Transaction<Reply> {
    return linkOperation({
      label,
      timeoutMs: this.#timeoutMs,
      repeat,
      traced,
      run: (link, signal) => run(new AxeOs(link, signal)),
    });
  }
}

/** @throws VALUE_INVALID, VALUE_OUT_OF_RANGE, without the value where that is secret */
function checkSetting(parameter: Parameter, value: Value, isSecret: boolean): void {
  const { name } = parameter;
  if (isSecret && typeof value !== 'string') {
    throw new SignalboxError('VALUE_INVALID', `${name} takes a text`);
  }
  checkLimits(parameter, value);
  if (name === 'hostname' && !/^[A-Za-z0-9-]{1,32}$/.test(String(value))) {
    throw new SignalboxError('VALUE_INVALID', 'hostname takes 1 to 32 letters, digits and -');
  }
  if (name === 'wifiName' && value === '') {
    throw new SignalboxError('VALUE_INVALID', 'wifiName takes 1 to 32 characters');
  }
  if (name === 'rotation' && (integerOf(value) ?? 0) % 90 !== 0) {
    throw new SignalboxError('VALUE_INVALID', 'rotation takes 0, 90, 180 and 270');
  }
}

function unknownSetting({ name }: Parameter): SignalboxError {
  return new SignalboxError('INSTRUMENT_ERROR', `the firmware of this miner has no ${name}`, {
    nextStep: 'Look for an update of its firmware.',
  });
}
