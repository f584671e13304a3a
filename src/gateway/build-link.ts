import { given, SignalboxError } from '../kernel/index.ts';
import type { PortConfig } from '../config/index.ts';
import {
  exchangeLinkFactory,
  httpLinkFactory,
  HttpService,
  rfc2217LinkFactory,
  serialLinkFactory,
  tcpLinkFactory,
  visaLinkFactory,
  workerLinkFactory,
} from '../links/index.ts';
import type {
  HttpAuthorization,
  HttpServiceOptions,
  LinkFactory,
  PrologixAdapters,
  SerialLinkOptions,
  SharedWorker,
} from '../links/index.ts';

/** What the link of a port has in common with those of others. */
export interface LinkSurroundings {
  /** Where the simulators of the configuration are to be found. */
  readonly simulatorAddress: (name: string) => string;
  /** The workers of the configuration. */
  readonly worker?: (name: string) => SharedWorker | undefined;
  /** What instruments on one GPIB bus share. */
  readonly adapters?: PrologixAdapters;
  /** Where the right to use the web service comes from. */
  readonly authorization?: HttpAuthorization | undefined;
}

/** So long a device that cannot be reached is left alone after several tries. */
const deviceRestMs = 2_000;

/** What opens the link of a port. */
export function linkFactoryOf(
  config: PortConfig,
  surroundings: LinkSurroundings = { simulatorAddress: () => '' },
): LinkFactory {
  const { simulatorAddress, adapters, worker, authorization } = surroundings;
  if (config.protocol === 'http') {
    const url = config.http ?? simulatedApi(simulatorAddress(config.simulator ?? ''));
    return httpLinkFactory(new HttpService({ url, authorization, ...ofDevice(config) }));
  }
  if (config.protocol === 'cgminer') return exchangeLinkFactory(hostAndPortOf(config.tcp ?? ''));
  if (config.worker !== undefined) {
    const shared = worker?.(config.worker);
    if (shared !== undefined) return workerLinkFactory(shared);
    throw new SignalboxError('CONFIG_INVALID', `worker ${config.worker} runs only in a gateway`);
  }
  const { serial, tcp, visa, prologix, visaLibrary, simulator } = config;
  const settings = serialSettingsOf(config);
  if (visa !== undefined)
    return visaLinkFactory(visa, {
      serial: settings,
      ...given({ prologix, visaLibrary, adapters }),
    });
  const place = simulator === undefined ? (serial ?? tcp ?? '') : simulatorAddress(simulator);
  if (place.startsWith('rfc2217://')) {
    return rfc2217LinkFactory({ ...hostAndPortOf(place), ...settings });
  }
  const isDevice = simulator === undefined ? tcp === undefined : place.startsWith('/');
  return isDevice
    ? serialLinkFactory({ path: place, ...settings })
    : tcpLinkFactory(hostAndPortOf(place));
}

/** A device in one's own network is looked for again as soon as it may be back. */
function ofDevice({ httpAllowUnencrypted, http = '' }: PortConfig): Partial<HttpServiceOptions> {
  const isDevice = httpAllowUnencrypted === true || http.startsWith('http://');
  if (!isDevice) return {};
  return { allowUnencrypted: true, restMs: deviceRestMs };
}

/** Where a simulated Spotify has its Web API. */
function simulatedApi(address: string): string {
  return `http://${address}/v1`;
}

function serialSettingsOf(config: PortConfig): Omit<SerialLinkOptions, 'path'> {
  const { baudRate, dataBits, stopBits, parity, flowControl, dtr, rts } = config;
  const lines = dtr === undefined && rts === undefined ? undefined : given({ dtr, rts });
  return given({ baudRate, dataBits, stopBits, parity, flowControl, lines });
}

/** Of `host:port`, with a scheme in front or not, and brackets around an IPv6 address. */
function hostAndPortOf(place: string): { host: string; port: number } {
  const address = place.replace(/^\w+:\/\//, '');
  const at = address.lastIndexOf(':');
  return {
    host: address.slice(0, at).replace(/^\[|\]$/g, ''),
    port: Number(address.slice(at + 1)),
  };
}
