import type { DiscoveryContext, FoundInstrument } from '../doors/http/index.ts';
import { readItem, scopeOf, ScpiDriver } from '../instruments/index.ts';
import type { ProparWire } from '../instruments/index.ts';
import { hasCode } from '../kernel/index.ts';
import type { Port } from '../ports/index.ts';
import { decodeValue, directNode } from '../protocols/index.ts';

/** An address that does not answer within this time is taken to be free. */
export const probeTimeoutMs = 60;
/** A ring of more instruments than there are addresses is broken. */
const addressesMost = 127;

/** Looks for instruments on a port: along the ring of a ProPar bus, or by asking `*IDN?`. */
export async function discoverOn(
  port: Port,
  wire: ProparWire | undefined,
  context: DiscoveryContext,
): Promise<FoundInstrument[]> {
  return wire === undefined ? await identify(port, context) : await followRing(port, wire, context);
}

async function identify(port: Port, { by, signal }: DiscoveryContext): Promise<FoundInstrument[]> {
  const driver = new ScpiDriver({ parameters: [], timeoutMs: 2_000 });
  try {
    const identity = await port.transact(driver.identify(), by, { signal });
    return [{ family: 'scpi', identity, name: nameOf(identity.model ?? port.name) }];
  } catch (error) {
    if (hasCode(error, 'INSTRUMENT_TIMEOUT', 'REPLY_MALFORMED')) return [];
    throw error;
  }
}

/** Each instrument names the next; the local one answers to node 128. Manual 9.17.027, section 3.7. */
async function followRing(
  port: Port,
  wire: ProparWire,
  context: DiscoveryContext,
): Promise<FoundInstrument[]> {
  const { by, signal } = context;
  const read = async (node: number, process: number, parameter: number): Promise<number> => {
    const item = { process, parameter, type: 0x00 } as const;
    const options = { timeoutMs: probeTimeoutMs, label: `look for node ${node}` };
    const transaction = { ...readItem(wire, node, item, options), repeat: 'once' } as const;
    const bytes = await port.transact(transaction, by, { signal });
    return Number(decodeValue('uint8', bytes));
  };
  const text = async (node: number, process: number, parameter: number): Promise<string> => {
    const item = { process, parameter, type: 0x60 } as const;
    const bytes = await port.transact(readItem(wire, node, item), by, { signal });
    return String(decodeValue('string', bytes)).trim();
  };
  const found: FoundInstrument[] = [];
  const seen = new Set<number>();
  let address = await firstAddress(read, context);
  while (address > 0 && address <= addressesMost && !seen.has(address)) {
    seen.add(address);
    context.progress(seen.size / addressesMost, `node ${address}`);
    const serial = await text(address, 113, 3);
    const model = await text(address, 113, 1);
    found.push({
      family: 'bronkhorst',
      scope: scopeOf(address),
      name: nameOf(`${model}-${address}`),
      identity: { maker: 'Bronkhorst', model, serial, text: `${model} ${serial}` },
      details: { node: address },
    });
    address = await read(address, 0, 3);
  }
  context.progress(1, `${found.length} instruments`);
  return found;
}

/** The address of the local instrument, or else the lowest one that answers. */
async function firstAddress(
  read: (node: number, process: number, parameter: number) => Promise<number>,
  context: DiscoveryContext,
): Promise<number> {
  for (const node of [directNode, ...Array.from({ length: addressesMost }, (_, at) => at + 1)]) {
    try {
      return await read(node, 0, 1);
    } catch (error) {
      if (!hasCode(error, 'INSTRUMENT_TIMEOUT', 'INSTRUMENT_OFFLINE', 'INSTRUMENT_ERROR'))
        throw error;
      context.progress((node % directNode) / directNode, `nobody at ${node}`);
    }
  }
  return 0;
}

function nameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return /^[a-z]/.test(name) ? name : `instrument-${name}`;
}
