import { isDeepStrictEqual } from 'node:util';
import type { Config, InstrumentConfig, PortConfig } from '../config/index.ts';
import type { DirectoryEvents, Door } from '../doors/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { asSignalboxError, Emitter } from '../kernel/index.ts';
import type { SignalboxError } from '../kernel/index.ts';
import type { Port } from '../ports/index.ts';
import type { DoorBuilder } from './build-doors.ts';
import type { BuiltPort } from './build-port.ts';
import type { RunningSimulators } from './running-simulators.ts';

/** What a roster is made with. */
export interface RosterParts {
  /** @throws CONFIG_INVALID */
  buildPort(name: string, config: PortConfig, all: Config): BuiltPort;
  /** @throws CONFIG_INVALID */
  buildInstrument(name: string, config: InstrumentConfig, built: BuiltPort): Instrument;
  readonly doors: Pick<DoorBuilder, 'ofPort' | 'ofInstrument'>;
  /** From now on this is polled of an instrument. @throws what is wrong with it */
  poll(instrument: Instrument, config: InstrumentConfig): void;
  unpoll(name: string): void;
  readonly simulators: Pick<RunningSimulators, 'start' | 'stopOthers'>;
  /** Whether something that cannot be changed while it runs depends on it. */
  isFixed(kind: 'ports' | 'instruments', name: string, wanted: Config): boolean;
  /** Told of what could not be done; the rest goes on. */
  failed(path: string, error: SignalboxError): void;
}

interface PortEntry {
  readonly config: PortConfig;
  readonly built: BuiltPort;
  readonly doors: readonly Door[];
}

interface InstrumentEntry {
  config: InstrumentConfig;
  readonly instrument: Instrument;
  readonly doors: readonly Door[];
}

/** In which order doors are listed. */
const doorKinds: readonly string[] = ['virtual-port', 'rfc2217', 'socket', 'hislip', 'vxi11'];

/**
 * The ports and instruments that the gateway has at the moment, with the doors that lead to them: those
 * of the configuration that it was started with, and from then on those that it was changed to. What
 * did not change is not touched.
 */
export class Roster {
  readonly events: Emitter<DirectoryEvents> = new Emitter<DirectoryEvents>();
  readonly ports: Map<string, Port> = new Map<string, Port>();
  readonly built: Map<string, BuiltPort> = new Map<string, BuiltPort>();
  readonly instruments: Map<string, Instrument> = new Map<string, Instrument>();
  readonly #parts: RosterParts;
  readonly #portEntries = new Map<string, PortEntry>();
  readonly #instrumentEntries = new Map<string, InstrumentEntry>();
  #notApplied: ReadonlySet<string> = new Set();
  /** Why instruments are not polled as their configuration says. */
  readonly #unpolled = new Map<string, SignalboxError>();
  #isClosed = false;
  #applying: Promise<void> = Promise.resolve();

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** What of the newest configuration could not be done while it runs: `ports.bus`. */
  get notApplied(): ReadonlySet<string> {
    const unpolled = [...this.#unpolled.keys()].map((name) => `instruments.${name}.poll`);
    return new Set([...this.#notApplied, ...unpolled]);
  }

  /** Why instruments are not polled as their configuration says, by name. */
  get unpolled(): ReadonlyMap<string, SignalboxError> {
    return this.#unpolled;
  }

  get doors(): readonly Door[] {
    return [...this.#portEntries.values(), ...this.#instrumentEntries.values()]
      .flatMap(({ doors }) => doors)
      .toSorted((a, b) => rankOf(a) - rankOf(b));
  }

  /** Everything that a configuration has; no door and no port is open yet. @throws CONFIG_INVALID */
  build(config: Config): void {
    for (const [name, each] of Object.entries(config.ports)) this.#buildPort(name, each, config);
    for (const [name, each] of Object.entries(config.instruments)) {
      this.#buildInstrument(name, each);
    }
  }

  /** Opens all ports, and begins to poll. */
  open(): void {
    for (const port of this.ports.values()) port.open();
    for (const name of this.#instrumentEntries.keys()) this.#poll(name);
  }

  /** Takes up what has changed, after what is being taken up already. Never rejects. */
  async apply(config: Config): Promise<void> {
    this.#applying = this.#applying.then(async () => {
      if (!this.#isClosed) await this.#reconcile(config);
    });
    await this.#applying;
  }

  /** Resolves when all changes so far are taken up. */
  readonly settled = async (): Promise<void> => await this.#applying;

  /** Takes up nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#applying;
  }

  async #reconcile(config: Config): Promise<void> {
    const kept = new Set<string>();
    const gonePorts = this.#gonePorts(config, kept);
    const goneInstruments = this.#goneInstruments(config, gonePorts, kept);
    const changed = goneInstruments.filter((name) => Object.hasOwn(config.instruments, name));
    for (const name of goneInstruments) await this.#removeInstrument(name, changed.includes(name));
    for (const name of gonePorts) await this.#removePort(name);
    await this.#changeSimulators(config, kept);
    for (const [name, each] of Object.entries(config.ports)) {
      if (this.ports.has(name)) continue;
      const path = `ports.${name}`;
      if (this.#parts.isFixed('ports', name, config)) kept.add(path);
      else await this.#try(path, kept, async () => await this.#addPort(name, each, config));
    }
    for (const [name, each] of Object.entries(config.instruments)) {
      const path = `instruments.${name}`;
      if (this.instruments.has(name)) this.#adjust(name, each, kept);
      else if (!this.ports.has(each.port) || this.#parts.isFixed('instruments', name, config)) {
        kept.add(path);
      } else {
        const event = changed.includes(name) ? 'instrumentChanged' : 'instrumentAdded';
        await this.#try(path, kept, async () => await this.#addInstrument(name, each, event));
      }
    }
    this.#notApplied = kept;
  }

  /** After the ports that led to those that go, and before those that lead to those that come. */
  async #changeSimulators({ simulators }: Config, kept: Set<string>): Promise<void> {
    const failed = (name: string, error: SignalboxError): void =>
      this.#parts.failed(`simulators.${name}`, error);
    const changed = await this.#parts.simulators.stopOthers(simulators, failed);
    for (const name of changed) kept.add(`simulators.${name}`);
    for (const [name, each] of Object.entries(simulators)) {
      await this.#try(`simulators.${name}`, kept, async () => {
        await this.#parts.simulators.start({ [name]: each });
      });
    }
  }

  /** The ports that are not wanted, or not as they are. */
  #gonePorts(config: Config, kept: Set<string>): readonly string[] {
    return [...this.#portEntries].flatMap(([name, entry]) => {
      if (isDeepStrictEqual(entry.config, own(config.ports, name))) return [];
      if (!this.#parts.isFixed('ports', name, config)) return [name];
      kept.add(`ports.${name}`);
      return [];
    });
  }

  /** The instruments that are not wanted, not as they are, or whose port goes. */
  #goneInstruments(
    config: Config,
    gonePorts: readonly string[],
    kept: Set<string>,
  ): readonly string[] {
    return [...this.#instrumentEntries].flatMap(([name, entry]) => {
      const wanted = own(config.instruments, name);
      const isSame = wanted !== undefined && isDeepStrictEqual(bare(entry.config), bare(wanted));
      if (isSame && !gonePorts.includes(entry.config.port)) return [];
      if (!this.#parts.isFixed('instruments', name, config)) return [name];
      kept.add(`instruments.${name}`);
      return [];
    });
  }

  /** What is polled of it is changed without touching it. */
  #adjust(name: string, wanted: InstrumentConfig, kept: Set<string>): void {
    const entry = this.#instrumentEntries.get(name);
    if (entry === undefined || kept.has(`instruments.${name}`)) return;
    if (isDeepStrictEqual(entry.config.poll, wanted.poll)) return;
    entry.config = wanted;
    this.#poll(name);
    this.events.emit('instrumentChanged', entry.instrument);
  }

  #buildPort(name: string, config: PortConfig, all: Config): PortEntry {
    const built = this.#parts.buildPort(name, config, all);
    const entry = { config, built, doors: this.#parts.doors.ofPort(config, built) };
    this.#portEntries.set(name, entry);
    this.built.set(name, built);
    this.ports.set(name, built.port);
    return entry;
  }

  #buildInstrument(name: string, config: InstrumentConfig): InstrumentEntry | undefined {
    const built = this.built.get(config.port);
    if (built === undefined) return undefined;
    const instrument = this.#parts.buildInstrument(name, config, built);
    const doors = this.#parts.doors.ofInstrument(instrument, config, built);
    const entry = { config, instrument, doors };
    this.#instrumentEntries.set(name, entry);
    this.instruments.set(name, instrument);
    return entry;
  }

  async #addPort(name: string, config: PortConfig, all: Config): Promise<void> {
    const { built, doors } = this.#buildPort(name, config, all);
    await this.#openDoors(`ports.${name}`, doors);
    built.port.open();
    this.events.emit('portAdded', built.port);
  }

  async #addInstrument(
    name: string,
    config: InstrumentConfig,
    event: 'instrumentAdded' | 'instrumentChanged',
  ): Promise<void> {
    const entry = this.#buildInstrument(name, config);
    if (entry === undefined) return;
    await this.#openDoors(`instruments.${name}`, entry.doors);
    this.#poll(name);
    this.events.emit(event, entry.instrument);
  }

  /** What is in line for it is answered first, in the port's time. */
  async #removePort(name: string): Promise<void> {
    const entry = this.#portEntries.get(name);
    if (entry === undefined) return;
    await closeAll(entry.doors);
    await entry.built.port.drain();
    this.#portEntries.delete(name);
    this.built.delete(name);
    this.ports.delete(name);
    this.events.emit('portRemoved', { name });
  }

  async #removeInstrument(name: string, comesBack: boolean): Promise<void> {
    const entry = this.#instrumentEntries.get(name);
    if (entry === undefined) return;
    this.#parts.unpoll(name);
    this.#unpolled.delete(name);
    await closeAll(entry.doors);
    this.#instrumentEntries.delete(name);
    this.instruments.delete(name);
    if (!comesBack) this.events.emit('instrumentRemoved', { name });
  }

  /** An instrument is there also when one of its doors could not be opened. */
  async #openDoors(path: string, doors: readonly Door[]): Promise<void> {
    for (const door of doors) {
      try {
        await door.open();
      } catch (error) {
        this.#parts.failed(path, asSignalboxError(error));
      }
    }
  }

  #poll(name: string): void {
    const entry = this.#instrumentEntries.get(name);
    if (entry === undefined) return;
    this.#unpolled.delete(name);
    try {
      this.#parts.poll(entry.instrument, entry.config);
    } catch (thrown) {
      const error = asSignalboxError(thrown);
      this.#unpolled.set(name, error);
      this.#parts.failed(`instruments.${name}.poll`, error);
    }
  }

  async #try(path: string, kept: Set<string>, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      kept.add(path);
      this.#parts.failed(path, asSignalboxError(error));
    }
  }
}

function rankOf(door: Door): number {
  return doorKinds.indexOf(door.status().kind);
}

/** Without what can be changed while the instrument stays. */
function bare({ poll: _poll, ...rest }: InstrumentConfig): object {
  return rest;
}

async function closeAll(doors: readonly Door[]): Promise<void> {
  await Promise.all(doors.map(async (door) => await door.close()));
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
