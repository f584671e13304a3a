import { join } from 'node:path';
import type { Config, HttpConfig, InstrumentConfig, PortConfig } from '../config/index.ts';
import {
  HislipDoor,
  HislipServer,
  HttpDoor,
  messageDevice,
  Rfc2217Door,
  SocketDoor,
  VirtualPortDoor,
  Vxi11Door,
  Vxi11Server,
} from '../doors/index.ts';
import type { Directory, Door, HttpServices, MessageDevice } from '../doors/index.ts';
import { ScpiDriver } from '../instruments/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { given, isLoopback, isSignalboxError, SignalboxError } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import { framedMessages, linesProtocol, scpiMessages } from '../sessions/index.ts';
import { defaultSerialSettings } from '../links/index.ts';
import type { BuiltPort } from './build-port.ts';
import type { RoomLog } from './room-log.ts';

export interface DoorSurroundings {
  readonly log: RoomLog;
  /** Where virtual serial ports are. */
  readonly runtimeFolder: string;
}

/** The doors that lead to one port or instrument each; none of them is open yet. */
export class DoorBuilder {
  readonly #surroundings: DoorSurroundings;
  readonly #hislip: HislipServer | undefined;
  readonly #vxi11: Vxi11Server | undefined;
  /** Devices have the numbers in which they came, and keep them. */
  #devices = 0;

  constructor({ hislip, vxi11 }: Pick<Config, 'hislip' | 'vxi11'>, surroundings: DoorSurroundings) {
    this.#surroundings = surroundings;
    const failed = failureLog(surroundings.log);
    if (hislip !== undefined) {
      const { host, port: tcpPort } = hislip;
      this.#hislip = new HislipServer({ host, tcpPort, failed });
    }
    if (vxi11 !== undefined) {
      const { host, port: tcpPort, portmapper: hasPortmapper } = vxi11;
      this.#vxi11 = new Vxi11Server({ host, tcpPort, hasPortmapper, failed });
    }
  }

  /** Its virtual serial ports, and what it is to serial programs in the network. */
  ofPort(config: PortConfig, built: BuiltPort): Door[] {
    return [
      ...config.virtualPorts.flatMap((each) => virtualPort(each, built, this.#surroundings)),
      ...networkPort(config, built, this.#surroundings),
    ];
  }

  /** Its raw socket, and its places with the VISA servers. */
  ofInstrument(instrument: Instrument, config: InstrumentConfig, built: BuiltPort): Door[] {
    return [
      ...socket(instrument, config, built, this.#surroundings),
      ...this.#messageDoors(instrument, built),
    ];
  }

  #messageDoors(instrument: Instrument, built: BuiltPort): Door[] {
    const [hislip, vxi11] = [this.#hislip, this.#vxi11];
    // A worker takes calls, a web service requests: no messages.
    if (built.clientProtocol === undefined) return [];
    if (hislip === undefined && vxi11 === undefined) return [];
    const index = this.#devices;
    this.#devices += 1;
    const device = (): MessageDevice =>
      messageDeviceOf(instrument, built, index, this.#surroundings);
    const { name } = instrument;
    return [
      ...(hislip === undefined
        ? []
        : [new HislipDoor({ device: device(), name: `${name}-hislip`, server: hislip })]),
      ...(vxi11 === undefined
        ? []
        : [new Vxi11Door({ device: device(), name: `${name}-vxi11`, server: vxi11 })]),
    ];
  }
}

function virtualPort(
  name: string,
  built: BuiltPort,
  { runtimeFolder, log }: DoorSurroundings,
): Door[] {
  if (built.clientProtocol === undefined) return [];
  const { port, clientProtocol: protocol } = built;
  const path = join(runtimeFolder, name);
  return [new VirtualPortDoor({ name, path, port, protocol, failed: failureLog(log) })];
}

function networkPort(config: PortConfig, built: BuiltPort, { log }: DoorSurroundings): Door[] {
  const { rfc2217: tcpPort, rfc2217Host: host, rfc2217LineControl: hasLineControl } = config;
  if (tcpPort === undefined || built.clientProtocol === undefined) return [];
  const { port, clientProtocol: protocol } = built;
  const settings = {
    baudRate: config.baudRate ?? defaultSerialSettings.baudRate,
    dataBits: config.dataBits ?? defaultSerialSettings.dataBits,
    parity: config.parity ?? defaultSerialSettings.parity,
    stopBits: config.stopBits ?? defaultSerialSettings.stopBits,
  };
  const name = `${port.name}-rfc2217`;
  return [
    new Rfc2217Door({
      name,
      host,
      tcpPort,
      port,
      protocol,
      settings,
      hasLineControl,
      failed: failureLog(log),
    }),
  ];
}

function socket(
  instrument: Instrument,
  { socket: tcpPort, socketHost: host }: InstrumentConfig,
  built: BuiltPort,
  { log }: DoorSurroundings,
): Door[] {
  if (tcpPort === undefined) return [];
  const { name, port, driver } = instrument;
  const protocol =
    driver instanceof ScpiDriver ? linesProtocol(driver) : portProtocol(instrument, built);
  const failed = failureLog(log);
  return [
    new SocketDoor({
      name: socketNameOf(name),
      host,
      tcpPort,
      port,
      instrument: name,
      protocol,
      // Frames of a flow controller are no SCPI.
      ...(driver instanceof ScpiDriver ? { serviceType: '_scpi-raw._tcp' } : {}),
      failed,
    }),
  ];
}

/** How programs speak with whatever is on the port of an instrument. */
function portProtocol(
  { port }: Instrument,
  { clientProtocol }: BuiltPort,
): NonNullable<BuiltPort['clientProtocol']> {
  if (clientProtocol === undefined) throw new SignalboxError('INTERNAL', `no port ${port.name}`);
  return clientProtocol;
}

/** An instrument as VISA programs see it. */
function messageDeviceOf(
  instrument: Instrument,
  built: BuiltPort,
  index: number,
  { log }: DoorSurroundings,
): MessageDevice {
  const failed = failureLog(log);
  const { driver } = instrument;
  if (driver instanceof ScpiDriver) {
    const { control } = driver;
    return messageDevice({ index, instrument, protocol: scpiMessages(driver), control, failed });
  }
  const protocol = framedMessages(portProtocol(instrument, built));
  return messageDevice({ index, instrument, protocol, control: undefined, failed });
}

/** Says of each door without tokens that other machines can reach, once it is open, what that means. */
export function warnOfOpenSockets(
  { hislip, vxi11, ports, instruments }: Config,
  doors: readonly Door[],
  log: RoomLog,
): void {
  for (const [name, { rfc2217, rfc2217Host: host }] of Object.entries(ports)) {
    if (rfc2217 === undefined || isLoopback(host)) continue;
    const warning = `port ${name} is open to whoever reaches ${host}: RFC 2217 asks for no token`;
    log.of('doors').warn({ port: name, address: host }, warning);
  }
  for (const [protocol, open] of [
    ['HiSLIP', hislip],
    ['VXI-11', vxi11],
  ] as const) {
    if (open === undefined || isLoopback(open.host)) continue;
    const warning = `all instruments are open to whoever reaches ${open.host}: ${protocol} asks for no token`;
    log.of('doors').warn({ address: open.host }, warning);
  }
  for (const [name, instrument] of Object.entries(instruments)) {
    if (isLoopback(instrument.socketHost)) continue;
    const door = doors.find((each) => each.name === socketNameOf(name));
    if (door === undefined) continue;
    const { address } = door.status();
    const warning = `${name} is open to whoever reaches ${address}: a raw socket asks for no token`;
    log.of('doors').warn({ instrument: name, address }, warning);
  }
}

function socketNameOf(instrument: string): string {
  return `${instrument}-socket`;
}

export interface HttpDoorSurroundings {
  readonly directory: Directory;
  readonly services: Omit<HttpServices, 'logLevels'>;
  readonly log: RoomLog;
  /** Of Signalbox. */
  readonly version: string;
}

/** The HTTP door; not open yet. */
export function buildHttpDoor(config: HttpConfig, surroundings: HttpDoorSurroundings): HttpDoor {
  const {
    host,
    port,
    tokenFile,
    requireToken,
    allowedHosts,
    allowedOrigins,
    streamsMost,
    rateLimits,
  } = config;
  const { directory, services, version, log: roomLog } = surroundings;
  const log = roomLog.of('http');
  return new HttpDoor({
    host,
    port,
    hosts: allowedHosts,
    origins: allowedOrigins,
    streamsMost,
    rateLimits,
    directory,
    version,
    services: { ...services, logLevels: roomLog },
    log: {
      debug: (message, details) => log.debug(details ?? {}, message),
      info: (message, details) => log.info(details ?? {}, message),
      warn: (message, details) => log.warn(details ?? {}, message),
      error: (message, details) => log.error(details ?? {}, message),
    },
    ...given({ tokenFile }),
    // Beyond this machine one is required whatever is said here.
    ...(requireToken ? { isTokenRequired: true } : {}),
  });
}

function failureLog(log: RoomLog): (owner: Owner, label: string, error: unknown) => void {
  return (owner, label, error) => {
    const why = isSignalboxError(error) ? `${error.code}: ${error.message}` : String(error);
    log.of('doors').info({ owner: owner.id }, `${owner.program}: ${label} failed: ${why}`);
  };
}
