import type { PortConfig } from '../../config/index.ts';
import { minerPorts } from '../../instruments/index.ts';
import { asSignalboxError, hasCode } from '../../kernel/index.ts';
import type { Owner } from '../../kernel/index.ts';
import type { FoundReport } from '../../client/index.ts';
import { probeMiner } from './probe-miner.ts';
import { scannedMiner } from './scan-networks.ts';
import { tryLink } from './try-link.ts';
import { discoverDirectly } from '../discover-directly.ts';
import { linkKeys } from './link-keys.ts';
import type { Language, Place, ScannedPlace } from './place.ts';

/** An instrument says what it is within this time. */
const answerTimeoutMs = 700;
/** Over a network, and through a serial server. */
const networkAnswerTimeoutMs = 2_000;

/** How a place is to be scanned. */
export interface DirectScan {
  readonly baudRates: readonly number[];
  /** Who asks. */
  readonly by: Owner;
  readonly signal: AbortSignal;
  readonly progress: (share: number, message: string) => void;
}

/** Looks for instruments at a device or address that no gateway owns. One that is held is skipped. */
export async function scanDirectly(
  place: Exclude<Place, { kind: 'port' }>,
  scan: DirectScan,
): Promise<ScannedPlace> {
  try {
    if (place.kind === 'http') return await scanDevice(place, scan.signal);
    const attempts = attemptsAt(place, scan.baudRates);
    for (const [index, { language, probe, words }] of attempts.entries()) {
      const share = index / attempts.length;
      scan.progress(share, words);
      // A port would wait for its link; here what cannot be opened is told of at once.
      if (!(await canOpen(portConfig(place, language), scan.signal))) continue;
      const found = await discover(place, language, probe, {
        ...scan,
        progress: (part, message) =>
          scan.progress(share + part / attempts.length, `${words}, ${message}`),
      });
      if (found.length > 0) return { place, found, language };
    }
    return { place, found: [] };
  } catch (error) {
    scan.signal.throwIfAborted();
    return { place, found: [], skipped: asSignalboxError(error).toJSON() };
  }
}

/** A device with pages or an API: a miner, or nothing that is known. */
async function scanDevice(
  place: Extract<Place, { kind: 'http' }>,
  signal: AbortSignal,
): Promise<ScannedPlace> {
  const { hostname, port } = new URL(place.url);
  const httpPort = port === '' ? minerPorts.bitaxe : Number(port);
  const miner = await probeMiner(hostname, { signal, ports: [{ http: httpPort }] });
  return miner === undefined ? { place, found: [] } : scannedMiner(miner);
}

/** @returns false for a speed that the device does not have @throws what else is in the way */
async function canOpen(config: PortConfig, signal: AbortSignal): Promise<boolean> {
  try {
    await tryLink(config, signal);
    return true;
  } catch (error) {
    if (hasCode(error, 'BAD_ARGUMENT')) return false;
    throw error;
  }
}

interface Attempt {
  readonly language: Language;
  readonly probe: 'never' | 'first';
  readonly words: string;
}

/** At each speed both questions, the quick one first; last, where nobody answers for all, each address of a bus. */
function attemptsAt(place: Place, baudRates: readonly number[]): Attempt[] {
  if (place.kind === 'visa') {
    return [{ language: { protocol: 'lines' }, probe: 'never', words: '*IDN?' }];
  }
  if (place.kind === 'tcp' && place.address.endsWith(`:${minerPorts.cgminer}`)) {
    return [{ language: { protocol: 'cgminer' }, probe: 'never', words: 'cgminer' }];
  }
  if (place.kind === 'tcp') {
    return [
      { language: { protocol: 'lines' }, probe: 'never', words: '*IDN?' },
      { language: { protocol: 'propar' }, probe: 'first', words: 'ProPar' },
    ];
  }
  const quick = baudRates.flatMap((baudRate): Attempt[] => [
    {
      language: { protocol: 'propar', baudRate },
      probe: 'never',
      words: `ProPar at ${baudRate} baud`,
    },
    {
      // Ends a line for those who want a carriage return as for those who want a line feed.
      language: { protocol: 'lines', baudRate, terminator: '\r\n' },
      probe: 'never',
      words: `*IDN? at ${baudRate} baud`,
    },
  ]);
  const [usual] = baudRates;
  if (usual === undefined) return quick;
  const language = { protocol: 'propar', baudRate: usual } as const;
  return [...quick, { language, probe: 'first', words: `each ProPar address at ${usual} baud` }];
}

async function discover(
  place: Exclude<Place, { kind: 'port' }>,
  language: Language,
  probe: 'never' | 'first',
  { signal, progress, by }: DirectScan,
): Promise<readonly FoundReport[]> {
  try {
    const config = portConfig(place, language);
    const found = await discoverDirectly(config, { signal, progress, by, probe });
    // At a wrong speed noise may pass for a line, but hardly for an identity with its fields.
    return found.filter(
      ({ family, identity }) => family !== 'scpi' || /,/.test(identity?.text ?? ''),
    );
  } catch (error) {
    // Not of this language, or of this speed.
    if (
      hasCode(error, 'INSTRUMENT_TIMEOUT', 'REPLY_MALFORMED', 'LINK_PROTOCOL', 'INSTRUMENT_ERROR')
    ) {
      return [];
    }
    throw error;
  }
}

function portConfig(
  place: Exclude<Place, { kind: 'port' }>,
  { protocol, baudRate, terminator = '\n' }: Language,
): PortConfig {
  const common = {
    ...linkKeys(place),
    ...(baudRate === undefined ? {} : { baudRate }),
    virtualPorts: [],
    rfc2217Host: '127.0.0.1',
    rfc2217AllowRemoteWithoutToken: false,
    rfc2217LineControl: false,
  };
  // Of a bus the scan has a timeout of its own.
  if (protocol === 'propar') return { ...common, protocol, mode: 'binary', retries: 0 };
  if (protocol === 'http' || protocol === 'cgminer') {
    return { ...common, protocol, timeoutMs: networkAnswerTimeoutMs, retries: 0 };
  }
  const timeoutMs = place.kind === 'serial' ? answerTimeoutMs : networkAnswerTimeoutMs;
  return { ...common, protocol, terminator, timeoutMs, retries: 1 };
}
