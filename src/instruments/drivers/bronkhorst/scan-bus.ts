import { hasCode, SignalboxError, throwIfCancelled } from '../../../kernel/index.ts';
import type { Owner } from '../../../kernel/index.ts';
import type { Port, Transaction } from '../../../ports/index.ts';
import { decodeValue, directNode } from '../../../protocols/index.ts';
import type { RequestedItem } from '../../../protocols/index.ts';
import { parameterChoices } from './parameter-choices.ts';
import type { ProparWire } from './propar-wire.ts';
import { readItems } from './read-chain.ts';

/** An address that does not answer within this time is taken to be free. */
export const probeTimeoutMs = 60;
/** The highest address that an instrument can have. Manual 9.17.027, section 3.2. */
export const nodeMost = 127;

/** An instrument that was found on a bus. */
export interface FoundNode {
  readonly address: number;
  /** `DMFC`. */
  readonly type: string;
  readonly serial: string;
  /** Its identification: a character for its kind, then the serial number. */
  readonly id: string;
  readonly channels: number;
}

export interface ScanOptions {
  readonly port: Port;
  readonly wire: ProparWire;
  readonly by: Owner;
  /** Ends the scan early. */
  readonly signal?: AbortSignal;
  /** Told how far it is, from 0 to 1. */
  readonly progress?: (share: number, message: string) => void;
  /** The addresses to try one by one, beside those that the ring names. @default 1 */
  readonly firstNode?: number;
  /** @default {@link nodeMost} */
  readonly lastNode?: number;
  /**
   * Whether addresses are tried that nobody names. `first`: from the first one up to whoever answers
   * to node 128, or to the last one when nobody does, until an instrument answers, as the maker's
   * library does. @default 'always', which takes {@link probeTimeoutMs} for each free address
   */
  readonly probe?: 'always' | 'first' | 'never';
  /** @default {@link probeTimeoutMs} */
  readonly timeoutMs?: number;
}

interface Neighbour {
  readonly address: number;
  readonly id: string;
  /** 0 ends the ring. */
  readonly next: number;
}

const ownAddress: RequestedItem = { process: 0, parameter: 1, type: 0x00 };
const identification: RequestedItem = { process: 0, parameter: 0, type: 0x60 };
const nextAddress: RequestedItem = { process: 0, parameter: 3, type: 0x00 };
const deviceType: RequestedItem = { process: 113, parameter: 1, type: 0x60 };
const serialNumber: RequestedItem = { process: 113, parameter: 3, type: 0x60 };
const channelCount: RequestedItem = { process: 0, parameter: 18, type: 0x00 };

/**
 * Looks for the instruments of a bus: whoever answers to node 128 names the next one, and so on
 * around; then each address that was not named is tried. Sorted by address.
 * @throws CANCELLED, BAD_ARGUMENT, and what the port throws but for instruments that do not answer
 */
export async function scanBus(options: ScanOptions): Promise<FoundNode[]> {
  const { firstNode = 1, lastNode = nodeMost, probe = 'always', signal, progress } = options;
  if (!isNode(firstNode) || !isNode(lastNode)) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `nodes ${firstNode} to ${lastNode} cannot be scanned; addresses are 1 to ${nodeMost}`,
    );
  }
  const found = new Map<number, FoundNode>();
  await followRing(options, directNode, found);
  const [local] = found.keys();
  const lastTried = probe === 'never' ? 0 : probe === 'first' ? (local ?? lastNode) : lastNode;
  for (let node = firstNode; node <= lastTried; node += 1) {
    throwIfCancelled(signal, 'the scan');
    progress?.((node - firstNode) / (lastTried - firstNode + 1), `node ${node}`);
    if (!found.has(node)) await followRing(options, node, found);
    if (probe === 'first' && found.has(node)) break;
  }
  progress?.(1, `${found.size} found`);
  return Array.from(found.values()).sort((one, other) => one.address - other.address);
}

function isNode(node: number): boolean {
  return Number.isInteger(node) && node >= 1 && node <= nodeMost;
}

/** From one address on to each next one, until the ring ends or comes round. */
async function followRing(
  options: ScanOptions,
  start: number,
  found: Map<number, FoundNode>,
): Promise<void> {
  let node = start;
  // A ring has no more instruments than there are addresses.
  for (let steps = 0; steps <= nodeMost; steps += 1) {
    const neighbour = await neighbourAt(options, node);
    if (neighbour === undefined || found.has(neighbour.address)) return;
    const { address, id, next } = neighbour;
    options.progress?.(found.size / nodeMost, `node ${address} is ${id}`);
    found.set(address, await described(options, neighbour));
    if (!isNode(next) || found.has(next)) return;
    node = next;
  }
}

async function neighbourAt(options: ScanOptions, node: number): Promise<Neighbour | undefined> {
  const whole = await ask(options, node, [ownAddress, identification, nextAddress]);
  if (whole === 'silent') return undefined;
  const [address, id, next] =
    whole ??
    (await Promise.all([
      one(options, node, ownAddress),
      one(options, node, identification),
      one(options, node, nextAddress),
    ]));
  const own = byteOf(address) ?? node;
  return isNode(own) ? { address: own, id: textOf(id), next: byteOf(next) ?? 0 } : undefined;
}

async function described(options: ScanOptions, { address, id }: Neighbour): Promise<FoundNode> {
  const type = textOf(await one(options, address, deviceType));
  const serial = textOf(await one(options, address, serialNumber));
  return {
    address,
    type: type === '' ? typeByIdentification(id) : type,
    serial: serial === '' ? serialByIdentification(id) : serial,
    id,
    channels: byteOf(await one(options, address, channelCount)) ?? 1,
  };
}

/** The kind of instrument that the first character of the identification stands for. */
function typeByIdentification(id: string): string {
  const [first = ''] = id;
  const number = /\d/.test(first) ? Number(first) : (first.codePointAt(0) ?? 0);
  return parameterChoices[175]?.[number]?.split(',')[0] ?? '';
}

/** A character for the kind, `SN`, and the serial number: `7SN999999`. */
function serialByIdentification(id: string): string {
  return id.replace(/^.(?:SN)?/, '');
}

async function one(
  options: ScanOptions,
  node: number,
  item: RequestedItem,
): Promise<Uint8Array | undefined> {
  const values = await ask(options, node, [item]);
  return values === 'silent' ? undefined : values?.[0];
}

/** Undefined when the instrument refuses; `silent` when there is none. */
async function ask(
  options: ScanOptions,
  node: number,
  items: readonly RequestedItem[],
): Promise<Uint8Array[] | 'silent' | undefined> {
  const { port, wire, by, signal, timeoutMs = probeTimeoutMs } = options;
  const label = `look for node ${node}`;
  const {
    scope: _scope,
    merge: _merge,
    ...probe
  } = readItems(wire, node, items, { label, timeoutMs });
  // Asked once and in nobody's name: an address that is free is no instrument that has failed.
  const transaction: Transaction<Uint8Array[]> = { ...probe, repeat: 'once', priority: 'poll' };
  try {
    return await port.transact(transaction, by, signal === undefined ? {} : { signal });
  } catch (error) {
    if (hasCode(error, 'INSTRUMENT_TIMEOUT')) return 'silent';
    if (!hasCode(error, 'INSTRUMENT_ERROR', 'REPLY_MALFORMED')) throw error;
    // The host of a bus rejects an address that is free.
    return frameErrorOf(error) === undefined ? undefined : 'silent';
  }
}

function frameErrorOf(error: unknown): unknown {
  return error instanceof SignalboxError ? error.details['frameError'] : undefined;
}

function byteOf(bytes: Uint8Array | undefined): number | undefined {
  return bytes?.[0];
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : String(decodeValue('string', bytes)).trim();
}
