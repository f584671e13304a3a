import { SignalboxError } from '../../../kernel/index.ts';
import type { Chain, Transaction } from '../../../ports/index.ts';
import {
  answerBytesOf,
  directNode,
  encodeMessage,
  requestBytesOf,
} from '../../../protocols/index.ts';
import type { ProparMessage, RequestedItem } from '../../../protocols/index.ts';
import { statusError } from './propar-wire.ts';
import type { ProparWire } from './propar-wire.ts';

/** A string of unknown length is expected to be so long. */
const expectedTextBytes = 16;

/** A read of one value as it is on the wire. */
export interface ReadTransaction extends Transaction<Uint8Array> {
  readonly item: RequestedItem;
}

export interface ReadOptions {
  readonly timeoutMs?: number;
  /** @default the address */
  readonly label?: string;
}

/** Reads one value, as its bytes; shares the wire with others that read the same node. */
export function readItem(
  wire: ProparWire,
  node: number,
  item: RequestedItem,
  options: ReadOptions = {},
): ReadTransaction {
  const { process, parameter, type, stringLength = 0 } = item;
  const plain: RequestedItem = { process, parameter, type, stringLength };
  const label = options.label ?? `read node ${node} process ${process} parameter ${parameter}`;
  return {
    item: plain,
    label,
    ...scopeOf(node),
    timeoutMs: options.timeoutMs ?? wire.timeoutMs,
    repeat: 'safe',
    merge: {
      key: `${node}/${keyOf(plain)}`,
      chain: chainOf(wire, node),
    },
    attempt: () =>
      wire.attemptAs(node, encodeMessage({ kind: 'request', items: [plain] }), (message) => {
        const [value] = valuesOf(message, [plain], () => label);
        return value ?? new Uint8Array();
      }),
  };
}

/** Reads several values in one message of their own: all or none. */
export function readItems(
  wire: ProparWire,
  node: number,
  items: readonly RequestedItem[],
  options: ReadOptions & { readonly label: string },
): Transaction<Uint8Array[]> {
  const { label } = options;
  return {
    label,
    ...scopeOf(node),
    timeoutMs: options.timeoutMs ?? wire.timeoutMs,
    repeat: 'safe',
    merge: { key: `${node}/${items.map(keyOf).join('/')}` },
    attempt: () =>
      wire.attemptAs(node, encodeMessage({ kind: 'request', items }), (message) =>
        valuesOf(message, items, () => label),
      ),
  };
}

/** Reads are the same only where they ask for the same form of the same value. */
function keyOf({ process, parameter, type, stringLength = 0 }: RequestedItem): string {
  return `${process}/${parameter}/${type}/${stringLength}`;
}

/**
 * How the instruments of a bus are told apart. Node 128 is whoever is directly connected, which may
 * be any of them: it stands for the whole port, so that a lease of any of them binds it.
 */
export function scopeOf(node: number): { readonly scope?: string } {
  return node === directNode ? {} : { scope: `node ${node}` };
}

const chains = new WeakMap<ProparWire, Map<number, Chain>>();

/** The chain in which reads of one node travel together: always the same one. */
function chainOf(wire: ProparWire, node: number): Chain {
  const ofWire = chains.get(wire) ?? new Map<number, Chain>();
  chains.set(wire, ofWire);
  const chain = ofWire.get(node) ?? readChain(wire, node);
  ofWire.set(node, chain);
  return chain;
}

/** Puts reads of one node into one message. */
function readChain(wire: ProparWire, node: number): Chain {
  return {
    combine(parts) {
      // Only transactions of readItem carry this chain.
      const reads = parts as readonly ReadTransaction[];
      const items = fittingItems(
        reads.map(({ item }) => item),
        wire.chainBytes,
      );
      const taken = reads.slice(0, items.length);
      // Made up only for whoever asks: the request itself goes out first.
      const labelOfAll = (): string =>
        `read node ${node}: ${taken.map((read) => shortLabel(read, node)).join(', ')}`;
      return {
        taken: items.length,
        transaction: {
          get label() {
            return labelOfAll();
          },
          ...scopeOf(node),
          timeoutMs: Math.max(...taken.map(({ timeoutMs }) => timeoutMs)),
          repeat: 'safe',
          attempt: () =>
            wire.attemptAs(node, encodeMessage({ kind: 'request', items }), (message) =>
              valuesOf(message, items, labelOfAll),
            ),
        },
      };
    },
  };
}

function shortLabel({ label }: ReadTransaction, node: number): string {
  return label.replace(`read node ${node} `, '');
}

/** As many of the items, from the first on, as fit into a message and its answer. */
export function fittingItems(items: readonly RequestedItem[], bytesMost: number): RequestedItem[] {
  const taken: RequestedItem[] = [];
  let requestBytes = 1;
  let answerBytes = 1;
  for (const item of items) {
    requestBytes += requestBytesOf(item);
    answerBytes += answerBytesOf(item, expectedTextBytes);
    const isFull = requestBytes > bytesMost || answerBytes > bytesMost;
    if (isFull && taken.length > 0) break;
    taken.push(item);
  }
  return taken;
}

/** The values of an answer, which must be those that were asked for, in their order. */
function valuesOf(
  message: ProparMessage,
  asked: readonly RequestedItem[],
  labelOf: () => string,
): Uint8Array[] {
  if (message.kind === 'status') throw statusError(message.status, message.position, labelOf());
  const fits =
    message.kind === 'send' &&
    message.items.length === asked.length &&
    message.items.every((item, index) => {
      const wanted = asked[index];
      return (
        item.process === wanted?.process &&
        item.parameter === wanted.parameter &&
        item.type === wanted.type
      );
    });
  if (!fits) {
    throw new SignalboxError('REPLY_MALFORMED', `the answer to '${labelOf()}' is another's`);
  }
  return message.items.map(({ value }) => value.slice());
}
