import { isSignalboxError } from '../../kernel/index.ts';
import { noAuth, rpcAuthBytesMost } from './auth.ts';
import type { RpcAuth } from './auth.ts';
import { rpcVersion } from './message.ts';
import type { RpcMessage, RpcOutcome, RpcReply } from './message.ts';
import { acceptStates, messageTypes, rejectStates, replyStates } from './wire-numbers.ts';
import { XdrReader } from './xdr-reader.ts';

/**
 * What a message says. Arguments and results are parts of it, not copies. RFC 5531, section 9. Never
 * throws.
 */
export function parseRpcMessage(message: Uint8Array): RpcMessage {
  try {
    return readMessage(new XdrReader(message));
  } catch (error) {
    if (isSignalboxError(error)) return malformed(error.message);
    throw error;
  }
}

function readMessage(reader: XdrReader): RpcMessage {
  const xid = reader.unsigned();
  const type = reader.int();
  if (type === messageTypes.call) return readCall(reader, xid);
  return type === messageTypes.reply
    ? readReply(reader, xid)
    : malformed(`a message of type ${type}, neither call nor reply`);
}

function readCall(reader: XdrReader, xid: number): RpcMessage {
  const version = reader.unsigned();
  if (version !== rpcVersion) return { kind: 'foreign-version', xid, rpcVersion: version };
  return {
    kind: 'call',
    xid,
    program: reader.unsigned(),
    version: reader.unsigned(),
    procedure: reader.unsigned(),
    credential: readAuth(reader),
    verifier: readAuth(reader),
    args: reader.rest(),
  };
}

function readAuth(reader: XdrReader): RpcAuth {
  const flavor = reader.int();
  const body = reader.opaque(rpcAuthBytesMost);
  return body.length === 0 && flavor === noAuth.flavor ? noAuth : { flavor, body };
}

function readReply(reader: XdrReader, xid: number): RpcMessage {
  const state = reader.int();
  if (state === replyStates.denied) return readDenied(reader, xid);
  if (state !== replyStates.accepted) {
    return malformed(`a reply of state ${state}, neither accepted nor denied`);
  }
  const verifier = readAuth(reader);
  const accepted = reader.int();
  const outcome = readAccepted(reader, accepted);
  if (outcome !== undefined) return reply(xid, outcome, verifier);
  return malformed(`a call that was accepted with the unknown state ${accepted}`);
}

function readAccepted(reader: XdrReader, state: number): RpcOutcome | undefined {
  switch (state) {
    case acceptStates.success:
      return { kind: 'success', results: reader.rest() };
    case acceptStates.programUnavailable:
      return { kind: 'program-unavailable' };
    case acceptStates.programMismatch:
      return { kind: 'program-mismatch', ...readVersions(reader) };
    case acceptStates.procedureUnavailable:
      return { kind: 'procedure-unavailable' };
    case acceptStates.garbageArguments:
      return { kind: 'garbage-arguments' };
    case acceptStates.systemError:
      return { kind: 'system-error' };
    default:
      return undefined;
  }
}

function readDenied(reader: XdrReader, xid: number): RpcMessage {
  const state = reader.int();
  if (state === rejectStates.rpcMismatch) {
    return reply(xid, { kind: 'rpc-mismatch', ...readVersions(reader) });
  }
  return state === rejectStates.authenticationError
    ? reply(xid, { kind: 'authentication-error', reason: reader.int() })
    : malformed(`a call that was denied with the unknown state ${state}`);
}

function readVersions(reader: XdrReader): { readonly lowest: number; readonly highest: number } {
  return { lowest: reader.unsigned(), highest: reader.unsigned() };
}

function reply(xid: number, outcome: RpcOutcome, verifier: RpcAuth = noAuth): RpcReply {
  return { kind: 'reply', xid, verifier, outcome };
}

function malformed(reason: string): RpcMessage {
  return { kind: 'malformed', reason };
}
