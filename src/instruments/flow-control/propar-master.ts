import { SignalboxError } from '../../kernel/index.ts';
import type { Owner } from '../../kernel/index.ts';
import { serialLinkFactory } from '../../links/index.ts';
import { Port } from '../../ports/index.ts';
import type { Transaction } from '../../ports/index.ts';
import { proparCommands } from '../../protocols/index.ts';
import type { ProparMode, ProparValue } from '../../protocols/index.ts';
import { ProparWire } from '../drivers/bronkhorst/propar-wire.ts';
import { fittingItems, readItem, readItems } from '../drivers/bronkhorst/read-chain.ts';
import { scanBus } from '../drivers/bronkhorst/scan-bus.ts';
import type { FoundNode } from '../drivers/bronkhorst/scan-bus.ts';
import { sendItems, writeItems } from '../drivers/bronkhorst/write-message.ts';
import { ProparDatabase } from './propar-database.ts';
import { requestedItemOf, resultOf, sentItemOf } from './propar-message.ts';
import { PP_STATUS } from './propar-types.ts';
import type { ProparRequest, ProparResult } from './propar-types.ts';
import { statusOf } from './status-of.ts';

/** The baud rate of a line that is not told. */
export const masterBaudRate = 38_400;

/** A port that exists already, with the wire that owns its sequence numbers. */
export interface SharedBus {
  readonly port: Port;
  readonly wire: ProparWire;
}

export interface ProparMasterOptions {
  /** @default {@link masterBaudRate} */
  readonly baudrate?: number;
  /** @default 'binary' */
  readonly mode?: ProparMode;
  /** In whose name it asks. @default the library itself */
  readonly owner?: Owner;
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
  readonly #isShared: boolean;
  #bus: SharedBus;

  /**
   * @param comport the path of a serial line, or a port that exists already
   * @throws BAD_ARGUMENT for settings that no serial line has
   */
  constructor(comport: string | SharedBus, options: ProparMasterOptions = {}) {
    const { baudrate = masterBaudRate, mode = 'binary' } = options;
    masters += 1;
    this.#isShared = typeof comport !== 'string';
    this.#bus = typeof comport === 'string' ? openBus(comport, baudrate, mode) : comport;
    this.comport = typeof comport === 'string' ? comport : comport.port.address;
    this.owner = options.owner ?? {
      id: `propar-master-${masters}`,
      program: 'ProparMaster',
      door: 'inline',
      sinceMs: Date.now(),
    };
  }

  get port(): Port {
    return this.#bus.port;
  }

  get wire(): ProparWire {
    return this.#bus.wire;
  }

  /** Opens the line again after `stop()`. */
  start(): void {
    this.port.open();
  }

  /** Closes the line; a port that others have made stays open. */
  async stop(): Promise<void> {
    if (!this.#isShared) await this.port.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** @throws BAD_ARGUMENT on a port that others have made */
  async set_baudrate(baudrate: number): Promise<void> {
    if (this.#isShared) {
      throw new SignalboxError('BAD_ARGUMENT', `the baud rate of ${this.comport} is its owner's`);
    }
    const { wire } = this;
    const port = portOf(this.comport, baudrate, wire);
    await this.port.close();
    this.#bus = { port, wire };
    this.start();
  }

  /** Looks for the instruments on the line. */
  async get_nodes(find_first = true, signal?: AbortSignal): Promise<FoundNode[]> {
    return await scanBus({
      ...this.#bus,
      by: this.owner,
      probe: find_first ? 'when-none' : 'never',
      ...(signal === undefined ? {} : { signal }),
    });
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
    if (callback === undefined) return await this.#readAll(node, parameters);
    void this.#hand(node, parameters, callback);
    return null;
  }

  /**
   * Writes values of one instrument, in one message.
   * @param command 1 asks for an acknowledgement, 2 does not
   * @returns 0 when all were written, else the status; 6 for a value that cannot be packed, of which
   *   nothing is sent
   * @throws BAD_ARGUMENT when the first request names no node, CLOSED, CANCELLED
   */
  async write_parameters(parameters: readonly ProparRequest[], command = 1): Promise<number> {
    const node = nodeOf(parameters);
    const options = { label: `write node ${node}`, timeoutMs: this.timeoutMs };
    try {
      const items = parameters.map(sentItemOf);
      await this.transact(
        command === proparCommands.send
          ? sendItems(this.wire, node, items, options)
          : writeItems(this.wire, node, items, options),
      );
      return PP_STATUS.OK;
    } catch (error) {
      return statusOf(error);
    }
  }

  /** Puts a transaction in line, in the name of this master. */
  async transact<Reply>(transaction: Transaction<Reply>): Promise<Reply> {
    return await this.port.transact(transaction, this.owner);
  }

  async getNodes(findFirst = true, signal?: AbortSignal): Promise<FoundNode[]> {
    return await this.get_nodes(findFirst, signal);
  }

  async readParameters(parameters: readonly ProparRequest[]): Promise<ProparResult[]> {
    return await this.read_parameters(parameters);
  }

  async writeParameters(parameters: readonly ProparRequest[], command = 1): Promise<number> {
    return await this.write_parameters(parameters, command);
  }

  /** The response timeout in milliseconds. */
  get timeoutMs(): number {
    return this.response_timeout * 1_000;
  }

  async #readAll(node: number, parameters: readonly ProparRequest[]): Promise<ProparResult[]> {
    try {
      const values = await this.#values(node, parameters);
      return parameters.map((request, index) =>
        resultOf(request, node, values[index] ?? new Uint8Array()),
      );
    } catch (error) {
      return [{ status: statusOf(error), data: null }];
    }
  }

  async #hand(
    node: number,
    parameters: readonly ProparRequest[],
    take: (results: ProparResult[]) => void,
  ): Promise<void> {
    let results: ProparResult[];
    try {
      results = await this.#readAll(node, parameters);
    } catch {
      // Its caller has gone on: a closed line is told like one that broke.
      results = [{ status: PP_STATUS.COMMUNICATION, data: null }];
    }
    take(results);
  }

  async #values(node: number, parameters: readonly ProparRequest[]): Promise<Uint8Array[]> {
    const items = parameters.map(requestedItemOf);
    const values: Uint8Array[] = [];
    while (values.length < items.length) {
      const part = fittingItems(items.slice(values.length), this.wire.chainBytes);
      const [first] = part;
      if (first === undefined) break;
      const options = { label: `read node ${node}`, timeoutMs: this.timeoutMs };
      values.push(
        ...(part.length === 1
          ? [await this.transact(readItem(this.wire, node, first, options))]
          : await this.transact(readItems(this.wire, node, part, options))),
      );
    }
    return values;
  }
}

function openBus(path: string, baudRate: number, mode: ProparMode): SharedBus {
  const wire = new ProparWire({ mode });
  const port = portOf(path, baudRate, wire);
  port.open();
  return { port, wire };
}

function portOf(path: string, baudRate: number, wire: ProparWire): Port {
  const link = serialLinkFactory({ path, baudRate });
  return new Port({ name: path, link, resynchronization: wire.resynchronization });
}

function nodeOf(parameters: readonly ProparRequest[]): number {
  const node = parameters[0]?.node;
  if (node !== undefined) return node;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    parameters.length === 0 ? 'there are no parameters' : 'the first parameter names no node',
  );
}
