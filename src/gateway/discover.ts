import type { DiscoveryContext, FoundInstrument } from '../doors/index.ts';
import { scanBus, scopeOf, ScpiDriver } from '../instruments/index.ts';
import type { ProparWire } from '../instruments/index.ts';
import { hasCode } from '../kernel/index.ts';
import type { Port } from '../ports/index.ts';
import type { BuiltPort } from './build-port.ts';

/**
 * Looks for instruments on a port: around the ring of a ProPar bus, or by asking `*IDN?`. Where the
 * protocol is not known nothing is asked: who knows what the question would do there.
 */
export async function discoverOn(
  port: Port,
  built: BuiltPort | undefined,
  context: DiscoveryContext,
): Promise<FoundInstrument[]> {
  switch (built?.protocol) {
    case 'propar':
      return await scan(port, built.wire, context);
    case 'lines':
      return await identify(port, built.terminator, context);
    default:
      return [];
  }
}

async function identify(
  port: Port,
  terminator: string,
  { by, signal }: DiscoveryContext,
): Promise<FoundInstrument[]> {
  const driver = new ScpiDriver({ parameters: [], terminator, timeoutMs: 2_000 });
  try {
    const identity = await port.transact(driver.identify(), by, { signal });
    return [{ family: 'scpi', identity, name: nameOf(identity.model ?? port.name) }];
  } catch (error) {
    if (hasCode(error, 'INSTRUMENT_TIMEOUT', 'REPLY_MALFORMED')) return [];
    throw error;
  }
}

async function scan(
  port: Port,
  wire: ProparWire,
  context: DiscoveryContext,
): Promise<FoundInstrument[]> {
  const { by, signal } = context;
  const nodes = await scanBus({
    port,
    wire,
    by,
    signal,
    progress: (share, message) => context.progress(share, message),
    probe: 'first',
  });
  return nodes.map(({ address, type, serial, channels }) => ({
    family: 'bronkhorst',
    ...scopeOf(address),
    name: nameOf(`${type}-${address}`),
    identity: { maker: 'Bronkhorst', model: type, serial, text: `${type} ${serial}` },
    details: { node: address, channels },
  }));
}

function nameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return /^[a-z]/.test(name) ? name : `instrument-${name}`;
}
