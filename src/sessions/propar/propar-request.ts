import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import { rawMessage, readItem } from '../../instruments/index.ts';
import type { ProparWire } from '../../instruments/index.ts';
import {
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
  messageBytesMost,
  parseMessage,
  proparCommands,
  proparStatus,
  stringBytesMost,
} from '../../protocols/index.ts';
import type {
  ProparFrame,
  ProparMessage,
  ProparMode,
  RequestedItem,
} from '../../protocols/index.ts';
import type { ClientRequest, Transact } from '../client-protocol.ts';
import { answerTo, askedValues, positionIn } from './asked-values.ts';

/**
 * How long an address that has never answered is asked for its own address: that is how the maker's
 * library looks for instruments, with 50 ms for each. With the time of any other read, its next
 * questions would wait behind those that nobody answers, and find nobody either.
 */
export const strangerTimeoutMs = 45;

/** The message of an answer, or the error of the bus's host in its place. */
type Answer = Pick<ProparFrame, 'data' | 'errorCode'>;

/**
 * One frame of a client as a request. Answers carry the client's own sequence number and node, so one
 * that asks node 128 hears of node 128.
 */
export function proparRequest(
  wire: ProparWire,
  mode: ProparMode,
  frame: ProparFrame,
): ClientRequest {
  const { sequence, node, data } = frame;
  const message = parseMessage(data);
  const encode = mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame;
  const isAnswered = expectsAnswer(message);
  return {
    label: labelOf(message, node),
    bytes: data.length,
    // ASCII frames have no number: one answer looks like another.
    ...(isAnswered ? { answerKey: mode === 'binary' ? `number ${sequence}` : 'ascii' } : {}),
    perform: async (transact) => {
      const answer = await answerOf(wire, frame, message, transact);
      if (answer === undefined) return undefined;
      // Of what the bus sent only the message: number and node are the client's own.
      const { data, errorCode } = fitting(answer, mode);
      return encode({ sequence, node, data, ...(errorCode === undefined ? {} : { errorCode }) });
    },
  };
}

async function answerOf(
  wire: ProparWire,
  { node, data }: ProparFrame,
  message: ReturnType<typeof parseMessage>,
  transact: Transact,
): Promise<Answer | undefined> {
  switch (message.kind) {
    case 'request':
      if (message.items.some(isBeyondUs)) break;
      return await readAll(wire, node, data, message.items, transact);
    case 'malformed':
      // Never on the wire: an instrument that has to ignore it would seem not to answer.
      return statusAnswer(proparStatus.protocolError, 0);
    case 'status':
      throw new SignalboxError('BAD_ARGUMENT', `a status to node ${node} asks for nothing`);
    default:
      break;
  }
  const label = labelOf(message, node);
  const expectsReply = expectsAnswer(message);
  return await transact(rawMessage(wire, node, data, { label, expectsReply }));
}

/** A text longer than any that we ask for: the instrument itself has to say what becomes of that. */
function isBeyondUs({ stringLength = 0 }: RequestedItem): boolean {
  return stringLength > stringBytesMost;
}

/** Reads what was asked for, each value as a read of its own, and answers in the request's layout. */
async function readAll(
  wire: ProparWire,
  node: number,
  data: Uint8Array,
  items: readonly RequestedItem[],
  transact: Transact,
): Promise<Answer> {
  const asked = askedValues(data, items);
  const isLookedFor = items.length === 1 && isOwnAddress(items[0]) && !wire.hasAnswered(node);
  const timeoutMs = isLookedFor ? Math.min(strangerTimeoutMs, wire.timeoutMs) : wire.timeoutMs;
  const results = await Promise.allSettled(
    asked.map(
      // A repetition would come after its program has given up, and cost the others the wire.
      async ({ item }) =>
        await transact({ ...readItem(wire, node, item, { timeoutMs }), repeat: 'once' }),
    ),
  );
  const values: Uint8Array[] = [];
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') values.push(result.value);
    else return refusalOf(result.reason, (position) => positionIn(asked[index]!, position));
  }
  return { data: answerTo(asked, values) };
}

/**
 * What an instrument, or the host of its bus, said instead of a value.
 * @throws the error itself when nobody said anything
 */
function refusalOf(error: unknown, toRequest: (position: number) => number): Answer {
  if (!isSignalboxError(error)) throw error;
  const { status, position, frameError } = error.details;
  if (typeof frameError === 'number') return { data: new Uint8Array(), errorCode: frameError };
  if (typeof status !== 'number') throw error;
  return statusAnswer(status, toRequest(typeof position === 'number' ? position : 0));
}

/** What an instrument answers with when the values that it is asked for fit into no frame. */
function fitting(answer: Answer, mode: ProparMode): Answer {
  // The length of a line counts the node too.
  const bytesMost = mode === 'binary' ? messageBytesMost : messageBytesMost - 1;
  return answer.data.length > bytesMost ? statusAnswer(proparStatus.bufferOverflow, 0) : answer;
}

function statusAnswer(status: number, position: number): Answer {
  return { data: encodeMessage({ kind: 'status', status, position }) };
}

/** Manual 9.17.023, parameter "primary node address". */
function isOwnAddress(item: RequestedItem | undefined): boolean {
  return item?.process === 0 && item.parameter === 1;
}

function expectsAnswer(message: ReturnType<typeof parseMessage>): boolean {
  switch (message.kind) {
    case 'send':
      return message.command === proparCommands.sendAcknowledged;
    case 'status':
      return false;
    default:
      return true;
  }
}

function labelOf(message: ReturnType<typeof parseMessage>, node: number): string {
  switch (message.kind) {
    case 'request':
      return `read node ${node} ${addresses(message.items)}`;
    case 'send':
      return `write node ${node} ${addresses(message.items)}`;
    case 'malformed':
      return `a message to node ${node} that breaks off: ${message.reason}`;
    default:
      return `a message to node ${node}`;
  }
}

function addresses(
  items: readonly Pick<
    Extract<ProparMessage, { kind: 'send' }>['items'][number],
    'process' | 'parameter'
  >[],
): string {
  return items.map(({ process, parameter }) => `${process}/${parameter}`).join(', ');
}
