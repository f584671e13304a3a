import type { DiscoveryContext, FoundInstrument } from '../doors/index.ts';
import {
  BitaxeDriver,
  BronkhorstDriver,
  CgminerDriver,
  Instrument,
  MagicMinerDriver,
  minerId,
  scanBus,
  scopeOf,
  ScpiDriver,
  typeOfMinerDriver,
  writtenMac,
} from '../instruments/index.ts';
import type { Driver, MinerDriver, ProparWire, ScanOptions } from '../instruments/index.ts';
import { asSignalboxError, given, hasCode } from '../kernel/index.ts';
import type { Port } from '../ports/index.ts';
import type { BuiltPort } from './build-port.ts';

/** How a port is scanned. */
export interface ScanContext extends DiscoveryContext {
  /** Which addresses of a bus are tried beside those that it names. @default 'first' */
  readonly probe?: ScanOptions['probe'];
}

/** How long an instrument may take to say what it is, unless its port says otherwise. */
const identifyTimeoutMs = 2_000;
/** As the configuration has it. */
const nameLengthMost = 64;

/**
 * Looks for instruments on a port: around the ring of a ProPar bus, or by asking `*IDN?`. Where the
 * protocol is not known nothing is asked: who knows what the question would do there.
 */
export async function discoverOn(
  port: Port,
  built: BuiltPort | undefined,
  context: ScanContext,
): Promise<FoundInstrument[]> {
  switch (built?.protocol) {
    case 'propar':
      return await scan(port, built.wire, context);
    case 'lines':
      return await identify(port, built, context);
    case 'cgminer':
      return await identifyMiner(
        port,
        [new CgminerDriver({ timeoutMs: identifyTimeoutMs })],
        context,
      );
    case 'http': {
      // A service to which one signs in is asked for nothing that it has not.
      if (!port.status().address.startsWith('http://')) return [];
      const options = { timeoutMs: identifyTimeoutMs };
      const drivers = [new BitaxeDriver(options), new MagicMinerDriver(options)];
      return await identifyMiner(port, drivers, context);
    }
    default:
      return [];
  }
}

async function identify(
  port: Port,
  { terminator, timeoutMs = identifyTimeoutMs }: Extract<BuiltPort, { protocol: 'lines' }>,
  { by, signal }: ScanContext,
): Promise<FoundInstrument[]> {
  const driver = new ScpiDriver({ parameters: [], terminator, timeoutMs });
  try {
    const identity = await port.transact(driver.identify(), by, { signal });
    if (!isIdentity(identity.text)) return [];
    // Every instrument of IEEE 488.2 answers `1` to this, and nothing changes. IEEE 488.2, 10.19.
    const question = '*OPC?';
    const trial = await tried(signal, async () => {
      const answer = await port.transact(driver.query(question), by, { signal });
      return `${question} ${answer}`;
    });
    return [{ family: 'scpi', identity, name: nameOf(identity.model ?? port.name), trial }];
  } catch (error) {
    if (hasCode(error, 'INSTRUMENT_TIMEOUT', 'REPLY_MALFORMED')) return [];
    throw error;
  }
}

/** The first of the drivers whose device it is. */
async function identifyMiner(
  port: Port,
  drivers: readonly Driver[],
  { by, signal }: ScanContext,
): Promise<FoundInstrument[]> {
  for (const driver of drivers) {
    try {
      const identity = await port.transact(driver.identify(), by, { signal });
      const { hostname = '' } = URL.parse(port.status().address) ?? {};
      const family = driver.family as MinerDriver;
      const type = typeOfMinerDriver(family, identity.model);
      const { serial } = identity;
      const mac = serial === undefined ? undefined : writtenMac(serial);
      return [
        {
          family,
          identity,
          name: minerId(type, hostname),
          trial: { passed: true, found: identity.firmware ?? 'answers' },
          details: { type, ...given({ mac }) },
        },
      ];
    } catch (error) {
      if (!hasCode(error, 'INSTRUMENT_TIMEOUT', 'REPLY_MALFORMED', 'INSTRUMENT_ERROR')) throw error;
    }
  }
  return [];
}

async function scan(
  port: Port,
  wire: ProparWire,
  context: ScanContext,
): Promise<FoundInstrument[]> {
  const { by, signal, probe = 'first' } = context;
  const nodes = await scanBus({
    port,
    wire,
    by,
    signal,
    progress: (share, message) => context.progress(share, message),
    probe,
  });
  const found: FoundInstrument[] = [];
  for (const { address, type, serial, channels } of nodes) {
    context.progress(1, `node ${address} is tried`);
    const driver = new BronkhorstDriver({ wire, node: address });
    const instrument = new Instrument({ name: `node ${address}`, driver, port });
    const trial = await tried(signal, async () => {
      const { value, unit = '' } = await instrument.read('fMeasure', by, { signal });
      return `fMeasure ${String(value)} ${unit}`.trimEnd();
    });
    const tag = await tried(signal, async () =>
      String((await instrument.read('userTag', by, { signal })).value).trim(),
    );
    const isNamed = tag.passed && /[a-z]/i.test(tag.found);
    found.push({
      family: 'bronkhorst',
      ...scopeOf(address),
      name: nameOf(isNamed ? tag.found : `${type}-${address}`),
      identity: { maker: 'Bronkhorst', model: type, serial, text: `${type} ${serial}` },
      trial,
      details: { node: address, channels },
    });
  }
  return found;
}

/** One read: an instrument that says what it is need not work. */
async function tried(
  signal: AbortSignal,
  read: () => Promise<string>,
): Promise<NonNullable<FoundInstrument['trial']>> {
  try {
    return { passed: true, found: await read() };
  } catch (error) {
    signal.throwIfAborted();
    return { passed: false, found: asSignalboxError(error).message };
  }
}

/** Neither noise, as a wrong baud rate makes it, nor the question itself, as a terminal echoes it. */
function isIdentity(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text) && !text.toUpperCase().includes('*IDN?');
}

function nameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return (/^[a-z]/.test(name) ? name : `instrument-${name}`).slice(0, nameLengthMost);
}
