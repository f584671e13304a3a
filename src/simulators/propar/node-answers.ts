import {
  decodeValue,
  encodeMessage,
  encodeValue,
  parseMessage,
  proparStatus,
  wireTypeOf,
} from '../../protocols/index.ts';
import type { ProparMessage, RequestedItem, SentItem } from '../../protocols/index.ts';
import type { AppliedWrite } from '../wire-log.ts';
import type { NodeModel } from './node-model.ts';

/** What an instrument makes of one message. */
export interface NodeAnswer {
  /** The message to answer with; absent when none is due. */
  readonly data?: Uint8Array;
  readonly writes: readonly AppliedWrite[];
}

const noWrites: readonly AppliedWrite[] = [];

/** Lets an instrument answer a message: chains all or nothing, as real ones do. */
export function answerOf(model: NodeModel, data: Uint8Array): NodeAnswer {
  model.update();
  const message = parseMessage(data);
  switch (message.kind) {
    case 'request':
      return { data: encodeMessage(read(model, message.items)), writes: noWrites };
    case 'send': {
      const { status, position, writes } = write(model, message.items, data.length);
      const acknowledgement: ProparMessage = { kind: 'status', status, position };
      return message.command === 1 ? { data: encodeMessage(acknowledgement), writes } : { writes };
    }
    case 'status':
      return { writes: noWrites };
    case 'other':
      return refusal(proparStatus.unknownCommand);
    case 'malformed':
      return refusal(proparStatus.protocolError);
  }
}

function refusal(status: number): NodeAnswer {
  return { data: encodeMessage({ kind: 'status', status, position: 0 }), writes: noWrites };
}

function read(model: NodeModel, items: readonly RequestedItem[]): ProparMessage {
  const answers: SentItem[] = [];
  let position = 1;
  for (const item of items) {
    const found = model.parameter(item.process, item.parameter);
    const status = readStatus(found, item);
    if (typeof found === 'number' || status !== undefined) {
      return { kind: 'status', status: status ?? proparStatus.unknownParameter, position };
    }
    position += item.type === 0x60 ? 4 : 3;
    answers.push(answerItem(item, encodeValue(found.type, found.get())));
  }
  return { kind: 'send', command: 2, items: answers };
}

function readStatus(
  found: ReturnType<NodeModel['parameter']>,
  item: RequestedItem,
): number | undefined {
  if (typeof found === 'number') return found;
  if (wireTypeOf(found.type) !== item.type) return proparStatus.parameterType;
  return found.isWriteOnly === true ? proparStatus.writeOnly : undefined;
}

function answerItem(item: RequestedItem, bytes: Uint8Array): SentItem {
  const address = {
    process: item.returnProcess ?? item.process,
    parameter: item.returnParameter ?? item.parameter,
    type: item.type,
  };
  const { stringLength = 0 } = item;
  if (item.type !== 0x60 || stringLength === 0) return { ...address, value: bytes };
  const value = new Uint8Array(stringLength).fill(0x20);
  value.set(bytes.subarray(0, stringLength));
  return { ...address, value, isFixed: true };
}

function write(
  model: NodeModel,
  items: readonly SentItem[],
  length: number,
): { readonly status: number; readonly position: number; readonly writes: AppliedWrite[] } {
  const writes: AppliedWrite[] = [];
  for (const [index, item] of items.entries()) {
    const status = writeOne(model, item, writes);
    if (status !== undefined) return { status, position: index + 1, writes };
  }
  return { status: proparStatus.ok, position: length, writes };
}

function writeOne(model: NodeModel, item: SentItem, writes: AppliedWrite[]): number | undefined {
  const { process, parameter } = item;
  const found = model.parameter(process, parameter);
  if (typeof found === 'number') return found;
  if (found.set === undefined) return proparStatus.readOnly;
  if (wireTypeOf(found.type) !== item.type) return proparStatus.parameterType;
  if (found.isSecured === true && !model.isUnlocked) return proparStatus.parameterValue;
  const value = decodeValue(found.type, item.value);
  const status = found.set(value);
  if (status !== undefined) return status;
  const shown = value instanceof Uint8Array ? String(value) : value;
  writes.push({ node: model.address, process, parameter, value: shown });
  return undefined;
}
