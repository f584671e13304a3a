import { SignalboxError } from '../../kernel/index.ts';
import { directNode } from '../../protocols/index.ts';
import type { ProparValue } from '../../protocols/index.ts';
import { BronkhorstDriver } from '../drivers/bronkhorst/bronkhorst-driver.ts';
import type { ProparWire } from '../drivers/bronkhorst/propar-wire.ts';
import { channelsMost } from '../drivers/bronkhorst/parameter-catalogue.ts';
import type { ProparParameter } from '../drivers/bronkhorst/parameter-catalogue.ts';
import type { ProparDatabase } from './propar-database.ts';
import { ProparMaster } from './propar-master.ts';
import type { ProparMasterOptions } from './propar-master.ts';
import type { SharedBus } from './propar-provider.ts';
import type { ProparRequest, ProparResult } from './propar-types.ts';
import { borrowMaster, returnMaster } from './shared-masters.ts';
import { statusOf } from './status-of.ts';

const identification = 1;
const measure = 8;
const setpoint = 9;

/** Processes of which each channel has its own. */
const channelled: readonly number[] = [1, 33, 65, 97, 104];

export interface ProparInstrumentOptions extends ProparMasterOptions {
  /** 1 to 16. @default 1 */
  readonly channel?: number;
}

/** One instrument on a ProPar line, with the methods and results of the maker's Python library. */
export class ProparInstrument implements AsyncDisposable {
  readonly address: number;
  readonly channel: number;
  readonly master: ProparMaster;
  readonly #isBorrowed: boolean;
  #isClosed = false;
  #drivers: { readonly wire: ProparWire; readonly byChannel: Map<number, BronkhorstDriver> };

  /**
   * @param comport the path of a serial line, which all instruments of that path in this program
   *   share; a port that exists already; or the master of the line
   * @param address 128 is whoever is directly connected
   * @throws BAD_ARGUMENT for an address or channel that no instrument has
   */
  constructor(
    comport: string | SharedBus | ProparMaster,
    address: number = directNode,
    options: ProparInstrumentOptions = {},
  ) {
    this.address = address;
    this.channel = options.channel ?? 1;
    this.#isBorrowed = typeof comport === 'string';
    this.master =
      comport instanceof ProparMaster
        ? comport
        : typeof comport === 'string'
          ? borrowMaster(comport, options)
          : new ProparMaster(comport, options);
    this.#drivers = { wire: this.master.wire, byChannel: new Map() };
    try {
      this.#driver(this.channel);
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  /** Gives the line back; the last instrument of a path closes it. May be called twice. */
  async close(): Promise<void> {
    if (!this.#isBorrowed || this.#isClosed) return;
    this.#isClosed = true;
    await returnMaster(this.master);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The parameter list, with the addresses of channel 1. */
  get db(): ProparDatabase {
    return this.master.db;
  }

  get comport(): string {
    return this.master.comport;
  }

  /**
   * A value by its DDE number; null when it was not read.
   * @throws NOT_FOUND for a number that is not in the list
   */
  async readParameter(dde: number, channel: number = this.channel): Promise<ProparValue | null> {
    const { process, parameter, requestLength } = this.#parameter(dde, channel);
    const { parm_type } = this.db.get_parameter(dde);
    const [result] = await this.master.read_parameters([
      {
        node: this.address,
        proc_nr: process,
        parm_nr: parameter,
        parm_type,
        ...(requestLength === 0 ? {} : { parm_size: requestLength }),
      },
    ]);
    return result?.data ?? null;
  }

  /**
   * Whether a value was written, by its DDE number. One that is outside its limits or cannot be packed
   * is not sent. One whose acknowledgement is lost is read back.
   * @throws NOT_FOUND for a number that is not in the list
   */
  async writeParameter(
    dde: number,
    data: ProparValue,
    channel: number = this.channel,
  ): Promise<boolean> {
    const parameter = this.#parameter(dde, channel);
    try {
      const { timeoutMs } = this.master;
      await this.master.transact({ ...this.#driver(channel).write(parameter, data), timeoutMs });
      return true;
    } catch (error) {
      statusOf(error);
      return false;
    }
  }

  /** Several values in one message; as {@link ProparMaster.read_parameters}, for this instrument. */
  async read_parameters(
    parameters: readonly ProparRequest[],
    callback?: undefined,
    channel?: number,
  ): Promise<ProparResult[]>;
  async read_parameters(
    parameters: readonly ProparRequest[],
    callback: (results: ProparResult[]) => void,
    channel?: number,
  ): Promise<null>;
  async read_parameters(
    parameters: readonly ProparRequest[],
    callback?: (results: ProparResult[]) => void,
    channel: number = this.channel,
  ): Promise<ProparResult[] | null> {
    const own = this.#own(parameters, channel);
    return callback === undefined
      ? await this.master.read_parameters(own)
      : await this.master.read_parameters(own, callback);
  }

  /** Writes several values in one message; as {@link ProparMaster.write_parameters}. */
  async write_parameters(
    parameters: readonly ProparRequest[],
    command?: number,
    callback?: (status: number) => void,
    channel: number = this.channel,
  ): Promise<number> {
    return await this.master.write_parameters(this.#own(parameters, channel), command, callback);
  }

  async readParameters(parameters: readonly ProparRequest[]): Promise<ProparResult[]> {
    return await this.read_parameters(parameters);
  }

  async writeParameters(parameters: readonly ProparRequest[], command?: number): Promise<number> {
    return await this.write_parameters(parameters, command);
  }

  /** A value by its address; null when it was not read. */
  async read(proc_nr: number, parm_nr: number, parm_type: number): Promise<ProparValue | null> {
    return await this.master.read(this.address, proc_nr, parm_nr, parm_type);
  }

  /** Whether a value was written, by its address. */
  async write(
    proc_nr: number,
    parm_nr: number,
    parm_type: number,
    data: ProparValue,
  ): Promise<boolean> {
    return await this.master.write(this.address, proc_nr, parm_nr, parm_type, data);
  }

  /**
   * Makes the instrument blink.
   * @param time seconds, 1 to 9
   * @throws VALUE_OUT_OF_RANGE for another time
   */
  async wink(time = 9): Promise<boolean> {
    if (!Number.isInteger(time) || time < 1 || time > 9) {
      throw new SignalboxError('VALUE_OUT_OF_RANGE', `wink takes 1 to 9 seconds, not ${time}`);
    }
    return await this.writeParameter(identification, String(time));
  }

  /** What is measured now, 32000 for 100 %. */
  get measure(): Promise<ProparValue | null> {
    return this.readParameter(measure);
  }

  /** 32000 for 100 %. */
  get setpoint(): Promise<ProparValue | null> {
    return this.readParameter(setpoint);
  }

  /**
   * Written in its turn; what is read afterwards is read after it. Nobody is told when it fails: where
   * that matters, use {@link writeSetpoint}.
   */
  set setpoint(value: number) {
    void this.writeSetpoint(value).catch(() => {});
  }

  /** As setting the property, but can be waited for, and says whether it was written. */
  async writeSetpoint(value: number): Promise<boolean> {
    return await this.writeParameter(setpoint, value);
  }

  /** Its identification string. */
  get id(): Promise<ProparValue | null> {
    return this.readParameter(identification);
  }

  #parameter(dde: number, channel: number): ProparParameter {
    const found = this.#driver(channel).parameter(dde);
    if (found !== undefined) return found;
    throw new SignalboxError('NOT_FOUND', `there is no ProPar parameter with DDE number ${dde}`);
  }

  #driver(channel: number): BronkhorstDriver {
    const { wire } = this.master;
    // A line that was set otherwise has another wire.
    if (this.#drivers.wire !== wire) this.#drivers = { wire, byChannel: new Map() };
    const { byChannel } = this.#drivers;
    const driver =
      byChannel.get(channel) ?? new BronkhorstDriver({ wire, node: this.address, channel });
    byChannel.set(channel, driver);
    return driver;
  }

  /** The requests with this instrument's node, on its channel. */
  #own(parameters: readonly ProparRequest[], channel: number): ProparRequest[] {
    if (!Number.isInteger(channel) || channel < 1 || channel > channelsMost) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `channel is ${channel}; it must be 1 to ${channelsMost}`,
      );
    }
    return parameters.map((request) => ({
      ...request,
      node: this.address,
      proc_nr: channelled.includes(request.proc_nr)
        ? request.proc_nr + channel - 1
        : request.proc_nr,
    }));
  }
}
