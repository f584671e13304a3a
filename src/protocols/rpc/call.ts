import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import { noAuth } from './auth.ts';
import type { RpcAuth } from './auth.ts';
import { encodeRpcMessage } from './encode-message.ts';
import type { RpcOutcome, RpcReply } from './message.ts';
import type { ArgsOf, ResultsOf, RpcProcedures, RpcProgram } from './program.ts';
import { XdrReader } from './xdr-reader.ts';
import type { XdrType } from './xdr-type.ts';
import { XdrWriter } from './xdr-writer.ts';

/** A value alone, in XDR. @throws VALUE_OUT_OF_RANGE when it does not fit */
export function encodeXdr<Value>(type: XdrType<Value>, value: Value): Uint8Array {
  const writer = new XdrWriter();
  type.write(writer, value);
  return writer.finish();
}

/**
 * A value at the beginning of what came. What follows it is left alone, as the servers and clients
 * that rpcgen makes do.
 * @throws LINK_PROTOCOL when it is no such value, or breaks off
 */
export function decodeXdr<Value>(type: XdrType<Value>, data: Uint8Array): Value {
  return type.read(new XdrReader(data));
}

/**
 * The message that calls a procedure; behind a record mark where it goes over TCP.
 * @throws VALUE_OUT_OF_RANGE when an argument does not fit
 */
export function encodeCall<
  Procedures extends RpcProcedures,
  Name extends keyof Procedures & string,
>(
  program: RpcProgram<Procedures>,
  name: Name,
  args: ArgsOf<Procedures[Name]>,
  options: { readonly xid: number; readonly credential?: RpcAuth },
): Uint8Array {
  const procedure = procedureOf(program, name);
  return encodeRpcMessage({
    kind: 'call',
    xid: options.xid,
    program: program.program,
    version: program.version,
    procedure: procedure.number,
    credential: options.credential ?? noAuth,
    verifier: noAuth,
    args: encodeXdr(procedure.args, args),
  });
}

/**
 * What a procedure gave.
 * @throws LINK_PROTOCOL when the server refused the call, or the results cannot be read
 */
export function resultsOf<Procedures extends RpcProcedures, Name extends keyof Procedures & string>(
  program: RpcProgram<Procedures>,
  name: Name,
  reply: RpcReply,
): ResultsOf<Procedures[Name]> {
  const { outcome } = reply;
  const what = `${program.name} ${name}`;
  if (outcome.kind !== 'success') {
    throw new SignalboxError('LINK_PROTOCOL', `${what}: ${describeOutcome(outcome)}`, {
      details: { program: program.program, version: program.version, outcome: outcome.kind },
      nextStep: 'Check that the other side is the server that you mean.',
    });
  }
  try {
    return decodeXdr(procedureOf(program, name).results, outcome.results) as ResultsOf<
      Procedures[Name]
    >;
  } catch (error) {
    if (!isSignalboxError(error)) throw error;
    const text = `${what}: the results cannot be read: ${error.message}`;
    throw new SignalboxError('LINK_PROTOCOL', text, { cause: error });
  }
}

/** What became of a call, in words. */
export function describeOutcome(outcome: RpcOutcome): string {
  switch (outcome.kind) {
    case 'success':
      return 'done';
    case 'program-unavailable':
      return 'the server does not have this program';
    case 'program-mismatch':
      return `the server has versions ${outcome.lowest} to ${outcome.highest} of this program`;
    case 'procedure-unavailable':
      return 'the server does not have this procedure';
    case 'garbage-arguments':
      return 'the server could not read the arguments';
    case 'system-error':
      return 'the server itself failed';
    case 'rpc-mismatch':
      return `the server speaks versions ${outcome.lowest} to ${outcome.highest} of RPC`;
    case 'authentication-error':
      return `the server does not let this caller in (reason ${outcome.reason})`;
  }
}

function procedureOf<Procedures extends RpcProcedures, Name extends keyof Procedures & string>(
  program: RpcProgram<Procedures>,
  name: Name,
): Procedures[Name] {
  return program.procedures[name];
}
