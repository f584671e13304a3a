import { join } from 'node:path';
import type {
  Config,
  HttpConfig,
  InstrumentConfig,
  PortConfig,
  Settings,
} from '../config/index.ts';
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
import type { Caches, Directory, Door, MessageDevice } from '../doors/index.ts';
import { ScpiDriver, SpotifyDriver, WorkerDriver } from '../instruments/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { given, isLoopback, isSignalboxError, SignalboxError } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import { framedMessages, linesProtocol, scpiMessages } from '../sessions/index.ts';
import { defaultSerialSettings } from '../links/index.ts';
import type { BuiltPort } from './build-port.ts';
import type { Scheduler } from '../schedules/index.ts';
import { discoverOn } from './discover.ts';
import type { RoomLog } from './room-log.ts';

export interface DoorSurroundings {
  readonly config: Config;
  readonly directory: Directory;
  readonly built: ReadonlyMap<string, BuiltPort>;
  readonly log: RoomLog;
  /** Where virtual serial ports are. */
  readonly runtimeFolder: string;
  /** Of Signalbox. */
  readonly version: string;
  readonly schedules: Scheduler;
  /** Asked by the HTTP door to stop. */
  readonly shutdown: ((by: Owner) => void) | undefined;
  readonly settings: Settings<Config> | undefined;
  readonly caches: Caches;
}

/** The doors of a configuration; not open yet. */
export function buildDoors(surroundings: DoorSurroundings): Door[] {
  const { config, built, directory } = surroundings;
  const virtualPorts = Object.entries(config.ports).flatMap(([name, port]) =>
    port.virtualPorts.flatMap((each) => virtualPort(each, built.get(name), surroundings)),
  );
  const sockets = Object.entries(config.instruments).flatMap(([name, instrument]) =>
    socket(directory.instruments.get(name), instrument, surroundings),
  );
  const networkPorts = Object.entries(config.ports).flatMap(([name, port]) =>
    networkPort(port, built.get(name), surroundings),
  );
  return [
    ...virtualPorts,
    ...networkPorts,
    ...sockets,
    ...hislipDoors(surroundings),
    ...vxi11Doors(surroundings),
    ...(config.http.enabled ? [httpDoor(config.http, surroundings)] : []),
  ];
}

function virtualPort(
  name: string,
  built: BuiltPort | undefined,
  { runtimeFolder, log }: DoorSurroundings,
): Door[] {
  if (built?.clientProtocol === undefined) return [];
  const { port, clientProtocol: protocol } = built;
  const path = join(runtimeFolder, name);
  return [new VirtualPortDoor({ name, path, port, protocol, failed: failureLog(log) })];
}

function networkPort(
  config: PortConfig,
  built: BuiltPort | undefined,
  { log }: DoorSurroundings,
): Door[] {
  const { rfc2217: tcpPort, rfc2217Host: host, rfc2217LineControl: hasLineControl } = config;
  if (tcpPort === undefined || built?.clientProtocol === undefined) return [];
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
  instrument: Instrument | undefined,
  { socket: tcpPort, socketHost: host }: InstrumentConfig,
  { built, log }: DoorSurroundings,
): Door[] {
  if (tcpPort === undefined || instrument === undefined) return [];
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
  built: DoorSurroundings['built'],
): NonNullable<BuiltPort['clientProtocol']> {
  const clientProtocol = built.get(port.name)?.clientProtocol;
  if (clientProtocol === undefined) throw new SignalboxError('INTERNAL', `no port ${port.name}`);
  return clientProtocol;
}

/** The instruments as VISA programs see them, with their numbers: in the order of the file. */
function messageDevices({ directory, built, log }: DoorSurroundings): readonly MessageDevice[] {
  const failed = failureLog(log);
  // A worker takes calls, a player requests: no messages.
  const speaking = [...directory.instruments.values()].filter(
    ({ driver }) => !(driver instanceof WorkerDriver || driver instanceof SpotifyDriver),
  );
  return speaking.map((instrument, index) => {
    const { driver } = instrument;
    if (driver instanceof ScpiDriver) {
      const { control } = driver;
      return messageDevice({ index, instrument, protocol: scpiMessages(driver), control, failed });
    }
    const protocol = framedMessages(portProtocol(instrument, built));
    return messageDevice({ index, instrument, protocol, control: undefined, failed });
  });
}

function hislipDoors(surroundings: DoorSurroundings): Door[] {
  const { config, log } = surroundings;
  if (config.hislip === undefined) return [];
  const { host, port: tcpPort } = config.hislip;
  const server = new HislipServer({ host, tcpPort, failed: failureLog(log) });
  return messageDevices(surroundings).map(
    (device) => new HislipDoor({ device, name: `${device.instrument.name}-hislip`, server }),
  );
}

function vxi11Doors(surroundings: DoorSurroundings): Door[] {
  const { config, log } = surroundings;
  if (config.vxi11 === undefined) return [];
  const { host, port: tcpPort, portmapper: hasPortmapper } = config.vxi11;
  const server = new Vxi11Server({ host, tcpPort, hasPortmapper, failed: failureLog(log) });
  return messageDevices(surroundings).map(
    (device) => new Vxi11Door({ device, name: `${device.instrument.name}-vxi11`, server }),
  );
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

function httpDoor(config: HttpConfig, surroundings: DoorSurroundings): Door {
  const { host, port, tokenFile, requireToken, allowedHosts, allowedOrigins, rateLimits } = config;
  const {
    directory,
    built,
    version,
    schedules,
    shutdown,
    settings,
    caches,
    log: roomLog,
  } = surroundings;
  const log = roomLog.of('http');
  return new HttpDoor({
    host,
    port,
    hosts: allowedHosts,
    origins: allowedOrigins,
    rateLimits,
    directory,
    version,
    services: {
      logLevels: roomLog,
      discover: async (onPort, context) =>
        await discoverOn(onPort, built.get(onPort.name), context),
      schedules,
      caches,
      ...given({ shutdown, settings }),
    },
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
