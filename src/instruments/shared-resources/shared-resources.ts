import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { listSerialDevices } from '../../links/index.ts';
import type { SerialDeviceEntry } from '../../links/index.ts';
import { formatVisaResource, parseVisaResource } from '../../protocols/index.ts';
import { SharedSerialPort } from '../shared-serial-port/shared-serial-port.ts';
import type { SharedSerialPortOptions } from '../shared-serial-port/shared-serial-port.ts';
import type { VisaHold } from '../visa-session/visa-hold.ts';
import { VisaSessionManager } from '../visa-session/visa-session-manager.ts';
import type { VisaSessionOptions } from '../visa-session/visa-session-manager.ts';
import { DeviceCache } from './device-cache.ts';

/** So many serial ports, and so many VISA resources, are open at once. */
export const sharedResourcesMost = 256;

/** A name that is none of VISA's, which all have colons. */
const alias = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** What is to be known of a resource before it is asked for. */
export interface SharedResourcesOptions {
  /** By path. Ports that are not named here have the settings of `SharedSerialPort`. */
  readonly serialPorts?: Readonly<Record<string, Omit<SharedSerialPortOptions, 'path'>>>;
  /** By VISA resource name, or by an alias of one's own for what `port` or `link` leads to. */
  readonly visaResources?: Readonly<Record<string, VisaSessionOptions>>;
  /** Lists the devices of this machine. @default {@link listSerialDevices} */
  readonly enumerate?: () => Promise<readonly SerialDeviceEntry[]>;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * What all parts of one program share: each serial port and each VISA resource is open once, however
 * many use it, and has one queue.
 */
export class SharedResources implements AsyncDisposable {
  readonly #options: SharedResourcesOptions;
  readonly #serialPorts = new Map<string, SharedSerialPort>();
  readonly #sessions = new Map<string, VisaSessionManager>();
  readonly #devices: DeviceCache;
  #isClosed = false;

  /** @throws BAD_ARGUMENT for a VISA resource name that means nothing */
  constructor(options: SharedResourcesOptions = {}) {
    const { visaResources = {}, enumerate = listSerialDevices, clock = systemClock } = options;
    const named = Object.entries(visaResources).map(([name, each]) => [fullName(name), each]);
    this.#options = { ...options, visaResources: Object.fromEntries(named) };
    this.#devices = new DeviceCache(async () => await enumerate(), clock);
  }

  /** The VISA resources that are known or open, by full name. */
  get visaResourceNames(): readonly string[] {
    const known = Object.keys(this.#options.visaResources ?? {});
    return [...new Set([...known, ...this.#sessions.keys()])];
  }

  /** The port at a path, the same for all who ask. @throws CLOSED, QUEUE_FULL, BAD_ARGUMENT */
  getSharedSerialPort(path: string): SharedSerialPort {
    const known = this.#serialPorts.get(path);
    if (known !== undefined) return known;
    this.#checkRoom(this.#serialPorts.size, path);
    const port = new SharedSerialPort({
      ...clockOf(this.#options),
      ...this.#options.serialPorts?.[path],
      path,
    });
    this.#serialPorts.set(path, port);
    return port;
  }

  /** The session with a VISA resource, the same for all who ask. @throws CLOSED, QUEUE_FULL, BAD_ARGUMENT */
  getVisaSession(resource: string): VisaSessionManager {
    const name = fullName(resource);
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    if (alias.test(name) && !this.visaResourceNames.includes(name)) {
      const names = this.visaResourceNames.join(', ') || 'none';
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `no VISA resource has the alias ${name}; known: ${names}`,
      );
    }
    this.#checkRoom(this.#sessions.size, name);
    const session = new VisaSessionManager(name, {
      ...clockOf(this.#options),
      ...this.#options.visaResources?.[name],
    });
    this.#sessions.set(name, session);
    return session;
  }

  /**
   * Puts a command in line: the response where one is due, an empty text else.
   * @param timeoutMs from now to the response
   * @param owner who asks
   * @param resource may be left out where there is only one
   * @param signal takes the command back
   * @throws as `VisaSessionManager.query`; BAD_ARGUMENT where the resource is left out and there are
   *   several, or none
   */
  async enqueueVisaCommand(
    command: string,
    timeoutMs: number,
    owner: string,
    resource?: string,
    signal?: AbortSignal,
  ): Promise<string> {
    const session = this.getVisaSession(resource ?? this.#onlyResource());
    return await session.enqueueCommand(command, timeoutMs, owner, signal);
  }

  /**
   * Holds a VISA resource for several commands of one owner.
   * @param timeoutMs how long it waits in line
   * @param resource as above
   * @throws as `VisaSessionManager.hold`; BAD_ARGUMENT as above
   */
  async holdVisa(
    timeoutMs: number,
    owner: string,
    resource?: string,
    signal?: AbortSignal,
  ): Promise<VisaHold> {
    const session = this.getVisaSession(resource ?? this.#onlyResource());
    return await session.hold({ timeoutMs, owner, ...(signal === undefined ? {} : { signal }) });
  }

  /**
   * The devices of this machine, as they were at most so long ago. Those who ask at the same time are
   * answered by one look.
   * @param maxAgeMs 0 looks now. @default {@link deviceCacheMs}
   */
  async devices(maxAgeMs?: number): Promise<readonly SerialDeviceEntry[]> {
    return await this.#devices.get(maxAgeMs);
  }

  /** Finishes what is in line, and closes all: serial ports first, then VISA. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const port of this.#serialPorts.values()) await port.close();
    await Promise.all(Array.from(this.#sessions.values(), async (each) => await each.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onlyResource(): string {
    const names = this.visaResourceNames;
    const [only] = names;
    // A port under two names is one all the same.
    const ports = names.map((name) => this.#options.visaResources?.[name]?.port ?? name);
    if (only !== undefined && new Set(ports).size === 1) return only;
    throw new SignalboxError(
      'BAD_ARGUMENT',
      only === undefined
        ? 'no VISA resource is known, so one has to be named'
        : `there are several VISA resources, so one has to be named: ${names.join(', ')}`,
    );
  }

  #checkRoom(open: number, name: string): void {
    if (this.#isClosed) throw new SignalboxError('CLOSED', `${name}: the resources were closed`);
    if (open < sharedResourcesMost) return;
    throw new SignalboxError(
      'QUEUE_FULL',
      `${open} resources are open, the most allowed; ${name} is one too many`,
      { details: { sharedResourcesMost } },
    );
  }
}

/** Two names of one resource are one; an alias is itself. @throws BAD_ARGUMENT */
function fullName(resource: string): string {
  if (alias.test(resource)) return resource;
  return formatVisaResource(parseVisaResource(resource));
}

function clockOf({ clock }: SharedResourcesOptions): { readonly clock?: Clock } {
  return clock === undefined ? {} : { clock };
}
