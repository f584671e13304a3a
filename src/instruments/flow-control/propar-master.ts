import type { Owner } from '../../kernel/index.ts';
import { serialLinkFactory } from '../../links/index.ts';
import type { Port, Transaction } from '../../ports/index.ts';
import type { ProparMode, ProparValue } from '../../protocols/index.ts';
import type { ProparWire } from '../drivers/bronkhorst/propar-wire.ts';
import { scanBus } from '../drivers/bronkhorst/scan-bus.ts';
import type { FoundNode } from '../drivers/bronkhorst/scan-bus.ts';
import type { DumpLevel, Print } from './line-monitor.ts';
import { broadcastResults, nodeOf, readAll, writeAll } from './parameter-calls.ts';
import { PP_COMMAND, PP_STATUS } from './propar-constants.ts';
import { ProparDatabase } from './propar-database.ts';
import { notOwnLine, ProparProvider } from './propar-provider.ts';
import type { SerialClass, SharedBus } from './propar-provider.ts';
import type { ProparRequest, ProparResult } from './propar-types.ts';
import { usbStatisticsOf } from './usb-statistics.ts';
import type { UsbStatistics } from './usb-statistics.ts';

/** The baud rate of a line that is not told. */
export const masterBaudRate = 38_400;

export interface ProparMasterOptions {
  /** @default {@link masterBaudRate} */
  readonly baudrate?: number;
  /** @default 'binary' */
  readonly mode?: ProparMode;
  /** In whose name it asks. @default the library itself */
  readonly owner?: Owner;
  /** Makes the links of the line. @default a serial line */
  readonly serial_class?: SerialClass;
  /** Takes what `debug` and `dump` show. @default standard output */
  readonly print?: Print;
}

let masters = 0;

/**
 * One ProPar line with the methods and results of the maker's Python library. Any number of calls may
 * be under way at once; the port puts them in order.
 */
export class ProparMaster implements AsyncDisposable {
  readonly comport: string;
  readonly db: ProparDatabase = new ProparDatabase();
  readonly owner: Owner;
  /** How long a message may take to be answered, in seconds. */
  response_timeout = 0.5;
  /** Prints each request and what came of it. */
  debug = false;
  readonly #print: Print;
  readonly #bus: { readonly own: ProparProvider } | { readonly shared: SharedBus };
  #broadcastCallback: ((parameters: ProparResult[]) => void) | null = null;

  /**
   * @param comport the path of a serial line, or a port that exists already
   * @throws BAD_ARGUMENT for settings that no serial line has
   */
  constructor(comport: string | SharedBus, options: ProparMasterOptions = {}) {
    masters += 1;
    this.#print = options.print ?? ((text) => void process.stdout.write(text));
    this.#bus =
      typeof comport === 'string'
        ? { own: openLine(comport, options, this.#print) }
        : { shared: comport };
    this.comport = typeof comport === 'string' ? comport : comport.port.address;
    this.owner = options.owner ?? {
      id: `propar-master-${masters}`,
      program: 'ProparMaster',
      door: 'inline',
      sinceMs: Date.now(),
    };
  }

  get port(): Port {
    return 'own' in this.#bus ? this.#bus.own.bus.port : this.#bus.shared.port;
  }

  get wire(): ProparWire {
    return 'own' in this.#bus ? this.#bus.own.bus.wire : this.#bus.shared.wire;
  }

  /** The line itself. @throws BAD_ARGUMENT on a port that others have made */
  get propar(): ProparProvider {
    if ('own' in this.#bus) return this.#bus.own;
    throw notOwnLine(this.comport);
  }

  /** Told of values that an instrument sends without being asked; null for nobody. */
  get broadcast_callback(): ((parameters: ProparResult[]) => void) | null {
    return this.#broadcastCallback;
  }

  /** @throws BAD_ARGUMENT on a port that others have made */
  set broadcast_callback(callback: ((parameters: ProparResult[]) => void) | null) {
    this.propar.listen(
      callback === null
        ? undefined
        : (node, items) => this.#hand(callback, broadcastResults(this.db, node, items)),
    );
    this.#broadcastCallback = callback;
  }

  /**
   * Shows what arrives: 0 nothing, 1 bytes that are in no ProPar frame, 2 all.
   * @throws BAD_ARGUMENT for another level, and on a port that others have made
   */
  dump(level: DumpLevel = 1): void {
    this.propar.dump = level;
  }

  /** Opens the line again after `stop()`. */
  start(): void {
    if ('own' in this.#bus) this.#bus.own.start();
  }

  /** Closes the line; a port that others have made stays open. */
  async stop(): Promise<void> {
    if ('own' in this.#bus) await this.#bus.own.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** @throws BAD_ARGUMENT for a rate that no line has, and on a port that others have made */
  async set_baudrate(baudrate: number): Promise<void> {
    await this.propar.setBaudrate(baudrate);
  }

  /** What was done on the line, with the names that FlowControl has for it. */
  usbStatistics(): UsbStatistics {
    return 'own' in this.#bus
      ? this.#bus.own.statistics()
      : usbStatisticsOf(this.#bus.shared.port.statistics());
  }

  /** Looks for the instruments on the line. */
  async get_nodes(find_first = true, signal?: AbortSignal): Promise<FoundNode[]> {
    const { port, wire, owner: by } = this;
    const probe = find_first ? 'first' : 'never';
    return await scanBus({ port, wire, by, probe, ...(signal === undefined ? {} : { signal }) });
  }

  /** One value; null when it was not read. */
  async read(
    address: number,
    proc_nr: number,
    parm_nr: number,
    parm_type: number,
  ): Promise<ProparValue | null> {
    const request = { node: address, proc_nr, parm_nr, parm_type };
    const [result] = await this.read_parameters([request]);
    return result?.data ?? null;
  }

  /** Whether one value was written and acknowledged. */
  async write(
    address: number,
    proc_nr: number,
    parm_nr: number,
    parm_type: number,
    data: ProparValue,
  ): Promise<boolean> {
    const request = { node: address, proc_nr, parm_nr, parm_type, data };
    return (await this.write_parameters([request])) === PP_STATUS.OK;
  }

  /**
   * Several values of one instrument, in one message as far as they fit. When one fails, all do: then
   * the list has one element, with its status.
   * @throws BAD_ARGUMENT when the first request names no node, CLOSED, CANCELLED
   */
  async read_parameters(
    parameters: readonly ProparRequest[],
    callback?: undefined,
  ): Promise<ProparResult[]>;
  /** The same; returns at once, and hands the result to a function. */
  async read_parameters(
    parameters: readonly ProparRequest[],
    callback: (results: ProparResult[]) => void,
  ): Promise<null>;
  async read_parameters(
    parameters: readonly ProparRequest[],
    callback?: (results: ProparResult[]) => void,
  ): Promise<ProparResult[] | null> {
    const node = nodeOf(parameters);
    const results = readAll(this, node, parameters);
    if (callback === undefined) return await results;
    void this.#handLater(callback, results, [
      { status: PP_STATUS.COMMUNICATION_ERROR, data: null },
    ]);
    return null;
  }

  /**
   * Writes values of one instrument, in one message.
   * @param command 1 asks for an acknowledgement; 2 does not, nor does 3, a broadcast
   * @param callback takes the status; then this returns 0 at once
   * @returns 0 when all were written, else the status; 6 for a value that cannot be packed, of which
   *   nothing is sent
   * @throws BAD_ARGUMENT when the first request names no node, and for another command; CLOSED,
   *   CANCELLED
   */
  async write_parameters(
    parameters: readonly ProparRequest[],
    command: number = PP_COMMAND.SEND_PARM_WITH_ACK,
    callback?: (status: number) => void,
  ): Promise<number> {
    const node = nodeOf(parameters);
    const status = writeAll(this, node, parameters, command);
    if (callback === undefined) return await status;
    void this.#handLater(callback, status, PP_STATUS.COMMUNICATION_ERROR);
    return PP_STATUS.OK;
  }

  /** Puts a transaction in line, in the name of this master. */
  async transact<Reply>(transaction: Transaction<Reply>): Promise<Reply> {
    const { label } = transaction;
    try {
      const reply = await this.port.transact(transaction, this.owner);
      if (this.debug) this.#print(`${label}: ok\n`);
      return reply;
    } catch (error) {
      if (this.debug) this.#print(`${label}: ${String(error)}\n`);
      throw error;
    }
  }

  async getNodes(findFirst = true, signal?: AbortSignal): Promise<FoundNode[]> {
    return await this.get_nodes(findFirst, signal);
  }

  async readParameters(parameters: readonly ProparRequest[]): Promise<ProparResult[]> {
    return await this.read_parameters(parameters);
  }

  async writeParameters(parameters: readonly ProparRequest[], command?: number): Promise<number> {
    return await this.write_parameters(parameters, command);
  }

  /** The response timeout in milliseconds. */
  get timeoutMs(): number {
    return this.response_timeout * 1_000;
  }

  /** Its caller has gone on: a closed line is told like one that broke. */
  async #handLater<Result>(
    take: (result: Result) => void,
    coming: Promise<Result>,
    whenClosed: Result,
  ): Promise<void> {
    let result = whenClosed;
    try {
      result = await coming;
    } catch (error) {
      if (this.debug) this.#print(`${String(error)}\n`);
    }
    this.#hand(take, result);
  }

  /** Calls a function of the program, whose errors are not ours. */
  #hand<Result>(take: (result: Result) => void, result: Result): void {
    try {
      take(result);
    } catch (error) {
      this.#print(`a callback failed: ${String(error)}\n`);
    }
  }
}

function openLine(comport: string, options: ProparMasterOptions, print: Print): ProparProvider {
  const { baudrate = masterBaudRate, mode = 'binary', serial_class } = options;
  return new ProparProvider({
    comport,
    baudrate,
    mode,
    print,
    serialClass: serial_class ?? ((path, baudRate) => serialLinkFactory({ path, baudRate })),
  });
}
