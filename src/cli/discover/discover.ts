import type { SignalboxClient, StatusReport } from '../../client/index.ts';
import { hasCode } from '../../kernel/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { findGateway } from '../find-gateway.ts';
import { note, say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { clientOf } from '../session.ts';
import type { CommonOptions, Session } from '../session.ts';
import { LaboratoryFile } from './laboratory-file.ts';
import { laboratoryToml } from './laboratory-toml.ts';
import {
  laboratoryOf,
  networkPlaces,
  placesToScan,
  scanNetworks,
  withKnown,
  withoutFurtherWays,
  withoutOwned,
} from '../../gateway/index.ts';
import type { Laboratory } from '../../gateway/index.ts';
import { forPrograms, printedPlace } from './printed-place.ts';
import { scanAll } from './scan.ts';

/** What a person says about a discovery. */
export interface DiscoverFlags extends CommonOptions {
  readonly baudRates: readonly number[];
  readonly write?: string;
  readonly yes?: boolean;
  /**
   * Whether to search the networks of this machine, or the interfaces whose networks; networks like
   * `192.168.1.0/24`, of which each address is asked.
   */
  readonly network?: true | readonly string[];
  readonly httpPort: number;
  readonly rpcPort: number;
}

/** Scans, identifies, tries, names; prints what was found, and writes it where that was asked for. */
export async function discover(
  named: readonly string[],
  options: DiscoverFlags,
  { isJson, signal }: Session,
): Promise<void> {
  using line = new ProgressLine('looking for instruments');
  // What would make the writing fail is found before the scan, which takes its time.
  const file =
    options.write === undefined
      ? undefined
      : await LaboratoryFile.open(options.write, options.yes === true);
  const gateway = await gatewayIfAny(options, signal);
  const { network, httpPort, rpcPort } = options;
  const ports = gateway?.status.ports;
  const { isAsked, interfaces, ranges } = networksOf(network);
  // Who names a network alone wants to know who is in it.
  const isRangesOnly = named.length === 0 && ranges.length > 0;
  const local = isRangesOnly ? [] : await placesToScan(named, ports);
  if (isAsked) line.show('asking the network who is there');
  const far = isAsked ? await networkPlaces(interfaces, signal) : [];
  const places = [...local, ...(await withoutOwned(far, ports ?? []))];
  const instruments = gateway?.status.instruments ?? [];
  const all = await scanAll(places, {
    ...(gateway === undefined ? {} : { client: gateway.client }),
    instruments,
    baudRates: options.baudRates,
    signal,
    progress: (share, message) => line.show(message, share),
  });
  const miners = await scanNetworks({
    networks: ranges,
    owned: (ports ?? []).map(({ address }) => address),
    httpPort,
    rpcPort,
    signal,
    progress: (share, message) => line.show(message, share),
  });
  const looked = [...withoutFurtherWays(all), ...miners];
  line[Symbol.dispose]();
  const scanned = await withKnown(looked, file?.config);
  const names = instruments.map(({ name }) => name);
  const laboratory = await laboratoryOf(scanned, { names, config: file?.config });
  const isEmpty = laboratory.instruments.length === 0;
  const toml = laboratoryToml(laboratory);
  if (!isJson) {
    if (places.length === 0 && miners.length === 0) say(nobody(isAsked, ranges, isRangesOnly));
    for (const each of scanned) say(`${printedPlace(each)}\n`);
    if (!isEmpty) say(toml);
  }
  if (scanned.every(({ found }) => found.length === 0)) process.exitCode = exitCodes.failed;
  const written = file !== undefined && !isEmpty;
  if (written) await file.add(laboratory, signal);
  if (isJson) {
    sayJson({ places: scanned.map(forPrograms), toml, ...(written ? { written: file.path } : {}) });
  } else {
    sayNext(laboratory, file, gateway !== undefined);
    if (network === undefined && named.length === 0) {
      note(
        'instruments in the network are searched for with --network, which sends to all machines there',
      );
    }
  }
}

/** What of `--network` are interfaces, and what networks of which each address is asked. */
function networksOf(network: DiscoverFlags['network']): {
  readonly isAsked: boolean;
  readonly interfaces: readonly string[];
  readonly ranges: readonly string[];
} {
  if (network === undefined || network === true) {
    return { isAsked: network === true, interfaces: [], ranges: [] };
  }
  const ranges = network.filter((each) => each.includes('/'));
  const interfaces = network.filter((each) => !each.includes('/'));
  return { isAsked: interfaces.length > 0, interfaces, ranges };
}

function nobody(isAsked: boolean, ranges: readonly string[], isRangesOnly: boolean): string {
  const where = [
    ...(isRangesOnly ? [] : ['no serial device is here']),
    ...(isAsked ? ['no instrument in the network said that it is there'] : []),
    // Those that a port leads to are known, and not asked.
    ...(ranges.length === 0 ? [] : [`no further miner answered in ${ranges.join(', ')}`]),
  ];
  return `${where.join(', and ')}; name an address like 192.168.1.20:5025`;
}

function sayNext(
  { instruments }: Laboratory,
  file: LaboratoryFile | undefined,
  isRunning: boolean,
): void {
  if (instruments.length === 0) {
    if (file !== undefined) note(`nothing new was found: ${file.path} is as it was`);
    return;
  }
  if (file === undefined) {
    note('paste this into your configuration, or let --write FILE do it');
    return;
  }
  note(`${instruments.length} instruments were added to ${file.path}`);
  note(`next: signalbox ${isRunning ? 'restart' : 'start'} ${file.path}`);
}

/** Discovery needs no gateway, but one that was named has to be there. */
async function gatewayIfAny(
  options: DiscoverFlags,
  signal: AbortSignal,
): Promise<{ client: SignalboxClient; status: StatusReport } | undefined> {
  const isNamed = options.url !== undefined || options.name !== undefined;
  try {
    const client = clientOf(await findGateway(options));
    return { client, status: await client.status({ signal }) };
  } catch (error) {
    if (!isNamed && hasCode(error, 'GATEWAY_UNREACHABLE')) return undefined;
    throw error;
  }
}
