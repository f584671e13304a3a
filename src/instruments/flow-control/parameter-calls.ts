import { SignalboxError } from '../../kernel/index.ts';
import type { Transaction } from '../../ports/index.ts';
import type { SentItem } from '../../protocols/index.ts';
import type { ProparWire } from '../drivers/bronkhorst/propar-wire.ts';
import { fittingItems, readItem, readItems } from '../drivers/bronkhorst/read-chain.ts';
import { sendItems, writeItems } from '../drivers/bronkhorst/write-message.ts';
import { PP_COMMAND, PP_STATUS } from './propar-constants.ts';
import type { ProparDatabase } from './propar-database.ts';
import { requestedItemOf, resultOf, sentItemOf, valueEnds } from './propar-message.ts';
import type { ProparRequest, ProparResult } from './propar-types.ts';
import { statusOf } from './status-of.ts';

/** How lists of parameters get onto the wire. */
export interface ParameterCalls {
  readonly wire: ProparWire;
  readonly timeoutMs: number;
  transact<Reply>(transaction: Transaction<Reply>): Promise<Reply>;
}

/**
 * Reads several values of one instrument, in one message as far as they fit. When one fails, all do:
 * then the list has one element, with its status.
 */
export async function readAll(
  calls: ParameterCalls,
  node: number,
  requests: readonly ProparRequest[],
): Promise<ProparResult[]> {
  try {
    return resultsOf(node, requests, await valuesOf(calls, node, requests));
  } catch (error) {
    return [{ status: statusOf(error), data: null }];
  }
}

/** Writes values of one instrument, in one message; gives the status. */
export async function writeAll(
  calls: ParameterCalls,
  node: number,
  requests: readonly ProparRequest[],
  command: number,
): Promise<number> {
  const { wire, timeoutMs } = calls;
  const options = { label: `write node ${node}`, timeoutMs };
  try {
    const items = requests.map(sentItemOf);
    await calls.transact(
      command === PP_COMMAND.SEND_PARM_WITH_ACK
        ? writeItems(wire, node, items, options)
        : sendItems(wire, node, items, { ...options, command: unacknowledged(command) }),
    );
    return PP_STATUS.OK;
  } catch (error) {
    return statusOf(error);
  }
}

/** What an instrument sent without being asked, typed by the list where that knows the value. */
export function broadcastResults(
  database: ProparDatabase,
  node: number,
  items: readonly SentItem[],
): ProparResult[] {
  const requests = items.map(({ process, parameter, type, isFixed, value }): ProparRequest => {
    const known = database
      .get_propar_parameter(process, parameter)
      ?.find(({ parm_type }) => (parm_type & 0x60) === type);
    const asked = known ?? { proc_nr: process, parm_nr: parameter, parm_type: type };
    return isFixed === true ? { ...asked, parm_size: value.length } : asked;
  });
  return resultsOf(
    node,
    requests,
    items.map(({ value }) => value),
  );
}

/** The node that a list is for. @throws BAD_ARGUMENT when its first request names none */
export function nodeOf(requests: readonly ProparRequest[]): number {
  const node = requests[0]?.node;
  if (node !== undefined) return node;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    requests.length === 0 ? 'there are no parameters' : 'the first parameter names no node',
  );
}

function unacknowledged(command: number): 2 | 3 {
  if (command === PP_COMMAND.SEND_PARM || command === PP_COMMAND.SEND_PARM_BROADCAST) {
    return command;
  }
  throw new SignalboxError('BAD_ARGUMENT', `command ${command} writes nothing; 1, 2 and 3 do`);
}

async function valuesOf(
  calls: ParameterCalls,
  node: number,
  requests: readonly ProparRequest[],
): Promise<Uint8Array[]> {
  const { wire, timeoutMs } = calls;
  const items = requests.map(requestedItemOf);
  const values: Uint8Array[] = [];
  while (values.length < items.length) {
    const part = fittingItems(items.slice(values.length), wire.chainBytes);
    const [first] = part;
    if (first === undefined) break;
    const options = { label: `read node ${node}`, timeoutMs };
    values.push(
      ...(part.length === 1
        ? [await calls.transact(readItem(wire, node, first, options))]
        : await calls.transact(readItems(wire, node, part, options))),
    );
  }
  return values;
}

function resultsOf(
  node: number,
  requests: readonly ProparRequest[],
  values: readonly Uint8Array[],
): ProparResult[] {
  const ends = valueEnds(requests, values);
  return requests.map((request, index) =>
    resultOf(request, node, values[index] ?? new Uint8Array(), ends[index] ?? 0),
  );
}
