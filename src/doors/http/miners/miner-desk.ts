import type { Config, SettingChange, Settings } from '../../../config/index.ts';
import {
  driverOfMinerType,
  isMinerDriver,
  minerId,
  minerPorts,
} from '../../../instruments/index.ts';
import type { Instrument, MinerDriver, MinerType } from '../../../instruments/index.ts';
import {
  asSignalboxError,
  describeOwner,
  didYouMean,
  given,
  isLoopback,
  SignalboxError,
} from '../../../kernel/index.ts';
import type { Owner } from '../../../kernel/index.ts';
import type { Call } from '../callers.ts';
import { leaseFor } from '../callers.ts';
import type { RouteContext } from '../route-context.ts';
import { minerRecord } from './miner-record.ts';
import type { MinerRecord } from './miner-record.ts';
import { minerWrites } from './miner-settings.ts';
import type { MinerSettings } from './miner-settings.ts';

/** A new miner is asked once who it is, for so long; it is kept in any case. */
const identifyWithinMs = 5_000;
/** So far back it is looked for when a miner was added. */
const revisionsLookedAtMost = 1_000;

/** A miner that is to be watched. */
export interface NewMiner {
  readonly type: MinerType;
  readonly host: string;
  readonly port?: number | undefined;
  readonly name?: string | undefined;
}

/** What of a miner is to be other than it is. */
export interface MinerChange {
  readonly name?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly settings?: MinerSettings | undefined;
}

/** The miners among the instruments: looked at, added, changed and taken away by changing the configuration. */
export class MinerDesk {
  readonly #context: RouteContext;
  #added: { readonly revision: number; readonly times: ReadonlyMap<string, number> } | undefined;

  constructor(context: RouteContext) {
    this.#context = context;
  }

  get instruments(): Instrument[] {
    return [...this.#context.directory.instruments.values()].filter(({ driver }) =>
      isMinerDriver(driver.family),
    );
  }

  async all(): Promise<MinerRecord[]> {
    const added = await this.#addedTimes();
    return this.instruments.map((each) => this.#record(each, added));
  }

  /** @throws NOT_FOUND */
  async one(id: string): Promise<MinerRecord> {
    return this.#record(this.find(id), await this.#addedTimes());
  }

  /** @throws NOT_FOUND */
  find(id: string): Instrument {
    const found = this.#context.directory.instruments.get(id);
    if (found !== undefined && isMinerDriver(found.driver.family)) return found;
    const names = this.instruments.map(({ name }) => name);
    throw new SignalboxError('NOT_FOUND', `there is no miner '${id}'${didYouMean(id, names)}`);
  }

  /**
   * One change of the configuration that adds its port and instrument. It is kept when it does not answer
   * now: miners are switched off, too.
   * @throws BAD_ARGUMENT where there is such a miner; what a change of the settings throws
   */
  async add({ type, host, port, name }: NewMiner, call: Call): Promise<MinerRecord> {
    const id = minerId(type, host);
    if (this.#context.directory.instruments.has(id)) {
      throw new SignalboxError('BAD_ARGUMENT', `there is a miner ${id} already`, {
        details: { id },
      });
    }
    const driver = driverOfMinerType(type);
    const everyMs = this.#config().miners.everyMs;
    await this.change(
      [
        { path: ['ports', id], value: portOf(driver, host, port) },
        {
          path: ['instruments', id],
          value: { port: id, driver, ...given({ title: name }), poll: { everyMs } },
        },
      ],
      call,
      `miner ${id} was added`,
    );
    const instrument = this.find(id);
    try {
      const signal = AbortSignal.any([call.signal, AbortSignal.timeout(identifyWithinMs)]);
      await instrument.identify(call.by, { signal });
    } catch (error) {
      call.signal.throwIfAborted();
      return {
        ...(await this.one(id)),
        status: 'offline',
        last_error: asSignalboxError(error).message,
      };
    }
    return await this.one(id);
  }

  /**
   * Changes what the configuration has of it, then the device itself.
   * @throws VALUE_OUT_OF_RANGE, BAD_ARGUMENT before anything is done; what a change of the settings and a
   *   write throw
   */
  async update(id: string, wish: MinerChange, call: Call): Promise<MinerRecord> {
    const instrument = this.find(id);
    const { type, ip_address: oldHost, port: oldPort } = await this.one(id);
    const writes = minerWrites(type, wish.settings ?? {});
    const changes: SettingChange[] = [];
    if (wish.name !== undefined) {
      changes.push({ path: ['instruments', id, 'title'], value: wish.name });
    }
    if (wish.host !== undefined || wish.port !== undefined) {
      const driver = instrument.driver.family as MinerDriver;
      const { host = oldHost, port = oldPort } = wish;
      const value = portOf(driver, host, port);
      changes.push({ path: ['ports', instrument.port.name], value });
    }
    if (changes.length > 0) await this.change(changes, call, `miner ${id} was changed`);
    for (const { parameter, value } of writes) {
      const now = this.find(id);
      const { by, signal } = call;
      await now.write(parameter, value, by, { signal, ...leaseFor(now.port, call.shown) });
    }
    return await this.one(id);
  }

  /** @throws NOT_FOUND; CONFIG_INVALID where something else of the configuration names it */
  async remove(id: string, call: Call): Promise<void> {
    const { port } = this.find(id);
    const { instruments } = this.#config();
    const isShared = Object.entries(instruments).some(
      ([name, each]) => name !== id && each.port === port.name,
    );
    const changes: SettingChange[] = [{ path: ['instruments', id], delete: true }];
    if (!isShared) changes.push({ path: ['ports', port.name], delete: true });
    await this.change(changes, call, `miner ${id} was removed`);
  }

  async restart(id: string, call: Call): Promise<void> {
    const instrument = this.find(id);
    const { by, signal } = call;
    await instrument.run('restart', {}, by, { signal, ...leaseFor(instrument.port, call.shown) });
  }

  /** Makes all of the changes or none, and waits until they are taken up. */
  async change(
    changes: readonly SettingChange[],
    { by, signal }: Call,
    why: string,
  ): Promise<void> {
    await this.settings().change(changes, { by: nameOf(by), signal, why });
    await this.#context.services.applied?.();
  }

  /** @throws NOT_FOUND */
  settings(): Settings<Config> {
    const found = this.#context.services.settings;
    if (found !== undefined) return found;
    throw new SignalboxError('NOT_FOUND', 'this gateway has no file with settings');
  }

  #config(): Config {
    return this.settings().store.value;
  }

  #record(instrument: Instrument, added: ReadonlyMap<string, number>): MinerRecord {
    const { name } = instrument;
    const latest = this.#context.services.telemetry?.latest.get(name);
    return minerRecord(instrument, latest, added.get(name));
  }

  /** When miners were added, as far as the history of the settings goes back. Read once a revision. */
  async #addedTimes(): Promise<ReadonlyMap<string, number>> {
    const { settings } = this.#context.services;
    if (settings === undefined) return new Map();
    const { revision } = settings;
    if (this.#added?.revision === revision) return this.#added.times;
    const times = new Map<string, number>();
    // The newest first: what was taken away and added again is as old as the last time.
    for (const { at, keys } of await settings.history({ limit: revisionsLookedAtMost })) {
      for (const key of keys) {
        const id = /^instruments\.([\w-]+)\.driver$/.exec(key)?.[1];
        if (id !== undefined && !times.has(id)) times.set(id, at);
      }
    }
    this.#added = { revision, times };
    return times;
  }
}

/** The port of a miner as the configuration has it. */
function portOf(
  driver: MinerDriver,
  host: string,
  port: number | undefined,
): Readonly<Record<string, string | boolean>> {
  const number = port ?? minerPorts[driver];
  if (driver === 'cgminer') return { tcp: `${host}:${number}`, protocol: 'cgminer' };
  const http = number === minerPorts[driver] ? `http://${host}` : `http://${host}:${number}`;
  return {
    http,
    ...(isLoopback(host) ? {} : { httpAllowUnencrypted: true }),
    protocol: 'http',
  };
}

/** A person where one is known, and the program that was used. */
function nameOf(by: Owner): string {
  return by.user === undefined ? describeOwner(by) : `${by.user} with ${by.program}`;
}
