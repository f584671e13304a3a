import { isSignalboxError } from '../kernel/index.ts';
import { visaLinkFactory } from '../links/index.ts';
import { formatVisaResource, parseVisaResource } from '../protocols/index.ts';
import { hint } from './alike.ts';
import { boardsUsedTwice } from './check-boards.ts';
import { checkSchedules } from './check-schedules.ts';
import type { Config } from './config.ts';

/** What is wrong with a configuration, and where. */
export interface ConfigProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What ends the messages of a Red Pitaya's SCPI server. */
const redPitayaTerminator = '\r\n';

/** What the parts of a configuration say of each other that cannot be. */
export function checkReferences(config: Config): ConfigProblem[] {
  return [
    ...instrumentPorts(config),
    ...simulatorsOfPorts(config),
    ...workersOfPorts(config),
    ...instrumentsOfLogs(config),
    ...playersOfPorts(config),
    ...unencryptedPlayers(config),
    ...boardsUsedTwice(config),
    ...checkSchedules(config),
    ...waysOfAlerts(config),
    ...twice('wire', wires(config)),
    ...twice('virtual serial port', virtualPorts(config)),
    ...twice('TCP port', tcpPorts(config)),
  ];
}

/** What a family of instruments speaks. */
const protocolOf = {
  bronkhorst: 'propar',
  scpi: 'lines',
  'red-pitaya': 'lines',
  worker: 'calls',
  spotify: 'http',
  bitaxe: 'http',
  cgminer: 'cgminer',
  'magic-miner': 'http',
} as const;

const protocolOfSimulator = {
  propar: 'propar',
  multimeter: 'lines',
  'red-pitaya': 'lines',
  spotify: 'http',
  miners: undefined,
} as const;

function workersOfPorts({ ports, workers }: Config): ConfigProblem[] {
  return Object.entries(ports).flatMap(([key, { worker }]) =>
    worker === undefined || own(workers, worker) !== undefined
      ? []
      : [{ path: ['ports', key, 'worker'], message: noSuch('worker', worker, workers) }],
  );
}

function instrumentPorts({ instruments, ports }: Config): ConfigProblem[] {
  return Object.entries(instruments).flatMap(([key, { port, driver }]) => {
    const path = ['instruments', key, 'port'];
    const target = own(ports, port);
    if (target === undefined) {
      return [{ path, message: noSuch('port', port, ports) }];
    }
    const wanted = protocolOf[driver];
    if (target.protocol !== wanted) {
      return [{ path, message: `a ${driver} instrument needs a port with protocol "${wanted}"` }];
    }
    if (driver !== 'red-pitaya' || target.protocol !== 'lines') return [];
    if (target.terminator === redPitayaTerminator) return [];
    const message = `a ${driver} instrument needs a port with terminator = "\\r\\n"`;
    return [{ path, message }];
  });
}

function simulatorsOfPorts({ ports, simulators }: Config): ConfigProblem[] {
  return Object.entries(ports).flatMap(([key, { simulator, protocol }]) => {
    if (simulator === undefined) return [];
    const path = ['ports', key, 'simulator'];
    const target = own(simulators, simulator);
    if (target === undefined) {
      return [{ path, message: noSuch('simulator', simulator, simulators) }];
    }
    const wanted = protocolOfSimulator[target.kind];
    if (wanted === undefined) {
      const message = `simulator '${simulator}' is many devices, each with an address: http = "http://ADDRESS:PORT" or tcp = "ADDRESS:PORT"`;
      return [{ path, message }];
    }
    if (protocol === wanted || (protocol === 'gap' && wanted !== 'http')) return [];
    const message = `simulator '${simulator}' is a ${target.kind}, which speaks protocol "${wanted}"`;
    return [{ path, message }];
  });
}

function instrumentsOfLogs({ csvLogs, instruments }: Config): ConfigProblem[] {
  return Object.entries(csvLogs).flatMap(([key, log]) =>
    log.instruments.flatMap((name, index) =>
      own(instruments, name) !== undefined
        ? []
        : [
            {
              path: ['csvLogs', key, 'instruments', index],
              message: noSuch('instrument', name, instruments),
            },
          ],
    ),
  );
}

function waysOfAlerts({ alerts, notify }: Config): ConfigProblem[] {
  return Object.entries(alerts).flatMap(([key, { notify: names = [] }]) =>
    names.flatMap((name, index) =>
      own(notify, name) === undefined
        ? [{ path: ['alerts', key, 'notify', index], message: noSuch('way', name, notify) }]
        : [],
    ),
  );
}

/** The sign-in of a player is that of its port. */
function playersOfPorts({ instruments }: Config): ConfigProblem[] {
  const players = Object.entries(instruments).filter(([, { driver }]) => driver === 'spotify');
  return players.flatMap(([key, { port }], index) => {
    const other = players.slice(0, index).find(([, each]) => each.port === port);
    if (other === undefined) return [];
    const message = `port '${port}' has a player already, ${other[0]}; an account has a port of its own`;
    return [{ path: ['instruments', key, 'port'], message }];
  });
}

/** A player's token is not to be read on its way. */
function unencryptedPlayers({ instruments, ports }: Config): ConfigProblem[] {
  return Object.entries(instruments).flatMap(([key, { driver, port }]) => {
    const target = own(ports, port);
    if (driver !== 'spotify' || target?.httpAllowUnencrypted !== true) return [];
    const message = `port '${port}' has httpAllowUnencrypted, and a player sends its token`;
    return [{ path: ['instruments', key, 'port'], message }];
  });
}

/** A thing that only one place of the file may name. */
interface Claim {
  readonly thing: string;
  readonly path: readonly (string | number)[];
}

/** One port owns one wire: two owners would be two lines for it. */
function wires({ ports }: Config): Claim[] {
  const adapters = new Set<string>();
  return Object.entries(ports).flatMap(([key, port]) => {
    const { serial, tcp, visa, prologix, simulator, http } = port;
    const claims = {
      serial,
      tcp: tcp?.replace(/^tcp:\/\//, ''),
      visa: visa === undefined ? undefined : wireOf(visa, prologix),
      // The adapter of a bus is shared by the instruments on it, and by nobody else.
      prologix: prologix === undefined || adapters.has(prologix) ? undefined : prologix,
      simulator,
      // Of an account each player has its own; a device has one wire.
      http: port.httpAllowUnencrypted === true ? http?.replace(/\/$/, '') : undefined,
    };
    if (prologix !== undefined) adapters.add(prologix);
    return Object.entries(claims).flatMap(([name, thing]) =>
      thing === undefined ? [] : [{ thing, path: ['ports', key, name] }],
    );
  });
}

/** Two names of one wire are one. */
function wireOf(visa: string, prologix: string | undefined): string | undefined {
  try {
    if (prologix !== undefined) return visaLinkFactory(visa, { prologix }).address;
    const resource = parseVisaResource(visa);
    if (resource.kind === 'socket') return `${resource.host}:${resource.port}`;
    if (resource.kind === 'serial') return String(resource.device);
    return formatVisaResource(resource);
  } catch (error) {
    // What is no name is told of where the key is checked.
    if (isSignalboxError(error)) return undefined;
    throw error;
  }
}

function virtualPorts({ ports }: Config): Claim[] {
  return Object.entries(ports).flatMap(([key, port]) =>
    port.virtualPorts.map((thing, index) => ({
      thing,
      path: ['ports', key, 'virtualPorts', index],
    })),
  );
}

/** 0 takes a free one, which is never another's. */
function tcpPorts({ http, hislip, vxi11, ports, instruments, simulators }: Config): Claim[] {
  const claims = [
    { host: http.host, number: http.enabled ? http.port : 0, path: ['http', 'port'] },
    { host: hislip?.host ?? '', number: hislip?.port ?? 0, path: ['hislip', 'port'] },
    { host: vxi11?.host ?? '', number: vxi11?.port ?? 0, path: ['vxi11', 'port'] },
    ...Object.entries(ports).map(([key, { rfc2217Host: host, rfc2217: number = 0 }]) => ({
      host,
      number,
      path: ['ports', key, 'rfc2217'],
    })),
    ...Object.entries(instruments).map(([key, { socketHost: host, socket: number = 0 }]) => ({
      host,
      number,
      path: ['instruments', key, 'socket'],
    })),
    ...Object.entries(simulators).map(([key, { tcpPort: number = 0 }]) => ({
      host: '127.0.0.1',
      number,
      path: ['simulators', key, 'tcpPort'],
    })),
  ];
  return claims
    .filter(({ number }) => number !== 0)
    .map(({ host, number, path }) => ({ thing: `${host}:${number}`, path }));
}

function twice(kind: string, claims: readonly Claim[]): ConfigProblem[] {
  const first = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const other = first.get(claim.thing);
    first.set(claim.thing, other ?? claim);
    if (other === undefined) return [];
    const owner = other.path.slice(0, 2).join('.');
    return [{ path: claim.path, message: `${kind} '${claim.thing}' is that of ${owner} already` }];
  });
}

/** What a table has under a name; nothing that it only inherited. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function noSuch(kind: string, wanted: string, existing: object): string {
  return `no ${kind} '${wanted}'${hint(wanted, Object.keys(existing), kind)}`;
}
