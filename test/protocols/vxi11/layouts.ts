import type { XdrType } from '../../../src/protocols/index.ts';
import { vxi11Abort, vxi11Core, vxi11Interrupt } from '../../../src/protocols/index.ts';
import { toDigits } from '../hex.ts';

/**
 * One word of a layout, in the order of VXI-11, appendix C: a signed (`int`) or unsigned number, a
 * `byte`, a `short`, a truth value (`bool`), a `family`, flags (`flags`) and read reasons
 * (`reason`) with only their known bits, and opaque data or text up to a length.
 */
export type Item =
  | 'int'
  | 'unsigned'
  | 'byte'
  | 'short'
  | 'bool'
  | 'family'
  | 'flags'
  | 'reason'
  | { readonly opaque: number; readonly isText?: true };

const link: readonly Item[] = ['int'];
const error: readonly Item[] = ['int'];
const generic: readonly Item[] = ['int', 'flags', 'unsigned', 'unsigned'];
const data = { opaque: 16_777_216 };
const handle = { opaque: 40 };

/** Something that goes over the wire, as appendix C has it. */
export interface Layout {
  readonly what: string;
  readonly type: XdrType<unknown>;
  readonly items: readonly Item[];
}

const core = vxi11Core.procedures;

/** Everything that goes over the wire. */
export const layouts: readonly Layout[] = [
  {
    what: 'create_link',
    type: core.createLink.args,
    items: ['int', 'bool', 'unsigned', { opaque: 1_024, isText: true }],
  },
  {
    what: 'create_link result',
    type: core.createLink.results,
    items: ['int', 'int', 'short', 'unsigned'],
  },
  {
    what: 'device_write',
    type: core.write.args,
    items: ['int', 'unsigned', 'unsigned', 'flags', data],
  },
  { what: 'device_write result', type: core.write.results, items: ['int', 'unsigned'] },
  {
    what: 'device_read',
    type: core.read.args,
    items: ['int', 'unsigned', 'unsigned', 'unsigned', 'flags', 'byte'],
  },
  { what: 'device_read result', type: core.read.results, items: ['int', 'reason', data] },
  { what: 'device_readstb', type: core.readStatusByte.args, items: generic },
  { what: 'device_readstb result', type: core.readStatusByte.results, items: ['int', 'byte'] },
  { what: 'device_trigger', type: core.trigger.args, items: generic },
  { what: 'device_clear', type: core.clear.args, items: generic },
  { what: 'device_remote', type: core.remote.args, items: generic },
  { what: 'device_local', type: core.local.args, items: generic },
  { what: 'device_local result', type: core.local.results, items: error },
  { what: 'device_lock', type: core.lock.args, items: ['int', 'flags', 'unsigned'] },
  { what: 'device_unlock', type: core.unlock.args, items: link },
  {
    what: 'device_enable_srq',
    type: core.enableServiceRequest.args,
    items: ['int', 'bool', handle],
  },
  {
    what: 'device_docmd',
    type: core.doCommand.args,
    items: ['int', 'flags', 'unsigned', 'unsigned', 'int', 'bool', 'int', data],
  },
  { what: 'device_docmd result', type: core.doCommand.results, items: ['int', data] },
  { what: 'destroy_link', type: core.destroyLink.args, items: link },
  {
    what: 'create_intr_chan',
    type: core.createInterruptChannel.args,
    items: ['unsigned', 'short', 'unsigned', 'unsigned', 'family'],
  },
  { what: 'device_abort', type: vxi11Abort.procedures.abort.args, items: link },
  { what: 'device_intr_srq', type: vxi11Interrupt.procedures.serviceRequest.args, items: [handle] },
];

/** What a reader may leave out. */
export interface Carelessness {
  /** The bytes that fill up opaque data. */
  readonly fill?: true;
  /** The bound of a length. */
  readonly bound?: true;
  /** Whether all of opaque data is there. */
  readonly end?: true;
}

/** The bytes read word by word, each item in digits; nothing where they are no such thing. */
export function readLayout(
  bytes: Uint8Array,
  items: readonly Item[],
  without: Carelessness = {},
): readonly string[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: string[] = [];
  let at = 0;
  for (const item of items) {
    if (at + 4 > bytes.length) return undefined;
    const word = view.getUint32(at);
    at += 4;
    if (typeof item === 'object') {
      const end = at + (without.fill === true ? word : Math.ceil(word / 4) * 4);
      if (word > item.opaque && without.bound !== true) return undefined;
      if (end > bytes.length && without.end !== true) return undefined;
      const data = bytes.subarray(at, at + word);
      found.push(toDigits(item.isText === true ? asText(data) : data));
      at = end;
      continue;
    }
    const value = valueOf(word, item);
    if (value === undefined) return undefined;
    found.push(String(value));
  }
  return found;
}

/** What is no UTF-8 is replaced when text is read. */
function asText(data: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(data).toString('utf8'), 'utf8');
}

function valueOf(word: number, item: Exclude<Item, object>): number | undefined {
  switch (item) {
    case 'int':
      return word | 0;
    case 'unsigned':
      return word;
    case 'byte':
      return word % 256;
    case 'short':
      return word < 65_536 ? word : undefined;
    case 'bool':
    case 'family':
      return word < 2 ? word : undefined;
    case 'flags':
      return word & 0x89;
    case 'reason':
      return word & 0x07;
  }
}

const bits: Readonly<Record<string, number>> = {
  waitLock: 1,
  end: 8,
  terminatorSet: 128,
  requestCount: 1,
  terminator: 2,
};

/** A value as {@link readLayout} has it. */
export function digitsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.values(value).map((field: unknown) => fieldOf(field));
}

function fieldOf(field: unknown): string {
  if (field instanceof Uint8Array) return toDigits(field);
  if (typeof field === 'boolean') return field ? '1' : '0';
  if (typeof field === 'object' && field !== null) return String(bitsOf(field));
  if (typeof field !== 'string') return String(field);
  if (field === 'tcp' || field === 'udp') return field === 'tcp' ? '0' : '1';
  const address = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(field);
  if (address === null) return toDigits(new TextEncoder().encode(field));
  return String(address.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0));
}

function bitsOf(field: object): number {
  const isReason = 'requestCount' in field;
  return Object.entries(field).reduce((sum, [name, isSet]) => {
    const bit = isReason && name === 'end' ? 4 : (bits[name] ?? 0);
    return sum + (isSet === true ? bit : 0);
  }, 0);
}
