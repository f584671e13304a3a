import { isSignalboxError } from '../kernel/index.ts';
import { rawMessage, readItem } from '../instruments/index.ts';
import type { ProparWire } from '../instruments/index.ts';
import {
  AsciiFrameReader,
  BinaryFrameReader,
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
  parseMessage,
  proparCommands,
} from '../protocols/index.ts';
import type {
  ProparFrame,
  ProparMessage,
  ProparMode,
  RequestedItem,
  SentItem,
} from '../protocols/index.ts';
import type {
  ClientConversation,
  ClientProtocol,
  ClientRequest,
  Transact,
} from './client-protocol.ts';

/** A FLOW-BUS host has about five message buffers; a client that knows that sends no more ahead. */
const requestsAheadMost = 5;

/**
 * Lets programs that speak ProPar, binary or ASCII, share a bus. Each value that a client reads is a
 * read of its own, so it shares the wire with the same reads of others; the answer has the client's
 * own sequence number, node and return indices. Everything else goes through as it is, once.
 */
export function proparProtocol(wire: ProparWire): ClientProtocol {
  return {
    name: 'propar',
    inFlightMost: requestsAheadMost,
    converse: () => new ProparConversation(wire),
  };
}

class ProparConversation implements ClientConversation {
  readonly #wire: ProparWire;
  readonly #binary = new BinaryFrameReader();
  readonly #ascii = new AsciiFrameReader();

  constructor(wire: ProparWire) {
    this.#wire = wire;
  }

  push(data: Uint8Array): ClientRequest[] {
    const requests: ClientRequest[] = [];
    // Byte by byte, so that frames of the two forms stay in the order in which they ended. A colon
    // inside a binary frame begins no ASCII one.
    for (const byte of data) {
      const one = Uint8Array.of(byte);
      this.#add('binary', this.#binary.push(one), requests);
      if (!this.#binary.isInside) this.#add('ascii', this.#ascii.push(one), requests);
    }
    return requests;
  }

  #add(
    mode: ProparMode,
    events: ReturnType<BinaryFrameReader['push']>,
    requests: ClientRequest[],
  ): void {
    for (const event of events) {
      if (event.kind === 'frame') requests.push(requestOf(this.#wire, mode, event.frame));
    }
  }
}

function requestOf(wire: ProparWire, mode: ProparMode, frame: ProparFrame): ClientRequest {
  const message = parseMessage(frame.data);
  const encode = mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame;
  const answer = (data: Uint8Array): Uint8Array =>
    encode({ sequence: frame.sequence, node: frame.node, data });
  return {
    label: labelOf(message, frame.node),
    perform: async (transact) => {
      if (message.kind === 'request') {
        return answer(encodeMessage(await readAll(wire, frame.node, message.items, transact)));
      }
      const reply = await passOn(wire, frame, message, transact);
      if (reply === undefined) return undefined;
      const { data, errorCode } = reply;
      const { sequence, node } = frame;
      return errorCode === undefined ? answer(data) : encode({ sequence, node, data, errorCode });
    },
    failure: (error) => {
      const status = statusOf(error);
      return status === undefined ? undefined : answer(encodeMessage(status));
    },
  };
}

/** Reads what was asked for, each value as a read of its own, and builds the client's answer. */
async function readAll(
  wire: ProparWire,
  node: number,
  items: readonly RequestedItem[],
  transact: Transact,
): Promise<ProparMessage> {
  const values = await Promise.all(
    items.map(async (item) => await transact(readItem(wire, node, item))),
  );
  return {
    kind: 'send',
    command: 2,
    items: items.map((item, index) => answerItem(item, values[index] ?? new Uint8Array())),
  };
}

function answerItem(item: RequestedItem, value: Uint8Array): SentItem {
  const { returnProcess, returnParameter, type, stringLength = 0 } = item;
  return {
    process: returnProcess ?? item.process,
    parameter: returnParameter ?? item.parameter,
    type,
    value,
    ...(stringLength > 0 ? { isFixed: true } : {}),
  };
}

async function passOn(
  wire: ProparWire,
  frame: ProparFrame,
  message: ReturnType<typeof parseMessage>,
  transact: Transact,
): Promise<{ readonly data: Uint8Array; readonly errorCode?: number } | undefined> {
  const expectsReply =
    message.kind === 'other' ||
    (message.kind === 'send' && message.command === proparCommands.sendAcknowledged);
  const label = labelOf(message, frame.node);
  return await transact(rawMessage(wire, frame.node, frame.data, { label, expectsReply }));
}

/** What an instrument refused with, to be told to the client in its own form. */
function statusOf(error: unknown): ProparMessage | undefined {
  if (!isSignalboxError(error)) return undefined;
  const { status, position } = error.details;
  if (typeof status !== 'number') return undefined;
  return { kind: 'status', status, position: typeof position === 'number' ? position : 0 };
}

function labelOf(message: ReturnType<typeof parseMessage>, node: number): string {
  switch (message.kind) {
    case 'request':
      return `read node ${node}, ${message.items.length} values`;
    case 'send':
      return `write node ${node} ${message.items
        .map(({ process, parameter }) => `${process}/${parameter}`)
        .join(', ')}`;
    default:
      return `a message to node ${node}`;
  }
}
