import { noAuth, rpcAuthBytesMost } from './auth.ts';
import type { RpcAuth } from './auth.ts';
import { rpcVersion } from './message.ts';
import type { RpcCall, RpcOutcome, RpcReply } from './message.ts';
import { acceptStates, messageTypes, rejectStates, replyStates } from './wire-numbers.ts';
import { XdrWriter } from './xdr-writer.ts';

/**
 * The bytes of a message, as it goes over UDP; for TCP see {@link encodeRecord}. RFC 5531, section 9.
 * @throws VALUE_OUT_OF_RANGE for numbers and credentials that do not fit
 */
export function encodeRpcMessage(message: RpcCall | RpcReply): Uint8Array {
  const writer = new XdrWriter();
  writer.unsigned(message.xid);
  if (message.kind === 'call') writeCall(writer, message);
  else writeReply(writer, message);
  return writer.finish();
}

/** The bytes of the reply to a call. */
export function encodeReply(xid: number, outcome: RpcOutcome): Uint8Array {
  return encodeRpcMessage({ kind: 'reply', xid, verifier: noAuth, outcome });
}

function writeCall(writer: XdrWriter, call: RpcCall): void {
  writer.int(messageTypes.call);
  writer.unsigned(rpcVersion);
  writer.unsigned(call.program);
  writer.unsigned(call.version);
  writer.unsigned(call.procedure);
  writeAuth(writer, call.credential);
  writeAuth(writer, call.verifier);
  writer.fixedOpaque(call.args);
}

function writeAuth(writer: XdrWriter, { flavor, body }: RpcAuth): void {
  writer.int(flavor);
  writer.opaque(body, rpcAuthBytesMost);
}

function writeReply(writer: XdrWriter, { verifier, outcome }: RpcReply): void {
  writer.int(messageTypes.reply);
  switch (outcome.kind) {
    case 'rpc-mismatch':
      writer.int(replyStates.denied);
      writer.int(rejectStates.rpcMismatch);
      writeVersions(writer, outcome);
      return;
    case 'authentication-error':
      writer.int(replyStates.denied);
      writer.int(rejectStates.authenticationError);
      writer.int(outcome.reason);
      return;
    default:
      writer.int(replyStates.accepted);
      writeAuth(writer, verifier);
      writeAccepted(writer, outcome);
  }
}

type Accepted = Exclude<RpcOutcome, { kind: 'rpc-mismatch' | 'authentication-error' }>;

function writeAccepted(writer: XdrWriter, outcome: Accepted): void {
  switch (outcome.kind) {
    case 'success':
      writer.int(acceptStates.success);
      writer.fixedOpaque(outcome.results);
      return;
    case 'program-unavailable':
      writer.int(acceptStates.programUnavailable);
      return;
    case 'program-mismatch':
      writer.int(acceptStates.programMismatch);
      writeVersions(writer, outcome);
      return;
    case 'procedure-unavailable':
      writer.int(acceptStates.procedureUnavailable);
      return;
    case 'garbage-arguments':
      writer.int(acceptStates.garbageArguments);
      return;
    case 'system-error':
      writer.int(acceptStates.systemError);
  }
}

function writeVersions(
  writer: XdrWriter,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
): void {
  writer.unsigned(lowest);
  writer.unsigned(highest);
}
