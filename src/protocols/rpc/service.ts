import { isSignalboxError } from '../../kernel/index.ts';
import { decodeXdr, encodeXdr } from './call.ts';
import { encodeReply } from './encode-message.ts';
import { rpcVersion } from './message.ts';
import type { RpcCall, RpcOutcome } from './message.ts';
import { parseRpcMessage } from './parse-message.ts';
import { nullProcedure } from './program.ts';
import type { ArgsOf, ResultsOf, RpcProcedure, RpcProcedures, RpcProgram } from './program.ts';

/**
 * What is done for each procedure of a program. One that is left out is answered as unavailable. The
 * call comes along for what it says of the caller.
 */
export type RpcHandlers<Procedures extends RpcProcedures> = {
  readonly [Name in keyof Procedures]?: (
    args: ArgsOf<Procedures[Name]>,
    call: RpcCall,
  ) => ResultsOf<Procedures[Name]> | Promise<ResultsOf<Procedures[Name]>>;
};

/** A program that is served. */
export interface RpcService {
  readonly program: number;
  readonly version: number;
  /** What becomes of a call for this program and version. Never throws. */
  answer(call: RpcCall): Promise<RpcOutcome>;
}

type Handler = (args: unknown, call: RpcCall) => unknown;

/**
 * Serves a program. The null procedure is answered by itself.
 * @param failed told when a handler throws, or gives what does not fit; the caller is told of a
 *   system error
 */
export function rpcService<Procedures extends RpcProcedures>(
  { program, version, procedures }: RpcProgram<Procedures>,
  handlers: RpcHandlers<Procedures>,
  failed: (error: unknown, call: RpcCall) => void,
): RpcService {
  const served = new Map<number, readonly [RpcProcedure<unknown, unknown>, Handler]>();
  for (const [name, procedure] of Object.entries(procedures)) {
    const handler = handlers[name] as Handler | undefined;
    if (handler !== undefined) served.set(procedure.number, [procedure, handler]);
  }
  return {
    program,
    version,
    async answer(call) {
      const [procedure, handler] = served.get(call.procedure) ?? [];
      if (procedure === undefined || handler === undefined) {
        return call.procedure === nullProcedure
          ? { kind: 'success', results: new Uint8Array() }
          : { kind: 'procedure-unavailable' };
      }
      const read = argsOf(procedure, call);
      if (read === undefined) return { kind: 'garbage-arguments' };
      try {
        const results = await handler(read.args, call);
        return { kind: 'success', results: encodeXdr(procedure.results, results) };
      } catch (error) {
        failed(error, call);
        return { kind: 'system-error' };
      }
    },
  };
}

function argsOf(
  procedure: RpcProcedure<unknown, unknown>,
  call: RpcCall,
): { readonly args: unknown } | undefined {
  try {
    return { args: decodeXdr(procedure.args, call.args) };
  } catch (error) {
    if (isSignalboxError(error)) return undefined;
    throw error;
  }
}

/** What becomes of a call among these services. */
export async function dispatchCall(
  services: readonly RpcService[],
  call: RpcCall,
): Promise<RpcOutcome> {
  const versions = services.filter(({ program }) => program === call.program);
  const service = versions.find(({ version }) => version === call.version);
  if (service !== undefined) return await service.answer(call);
  if (versions.length === 0) return { kind: 'program-unavailable' };
  const numbers = versions.map(({ version }) => version);
  return {
    kind: 'program-mismatch',
    lowest: Math.min(...numbers),
    highest: Math.max(...numbers),
  };
}

/**
 * The bytes that answer a message, without a record mark; nothing for what is no call. Never throws.
 */
export async function answerRpc(
  services: readonly RpcService[],
  message: Uint8Array,
): Promise<Uint8Array | undefined> {
  const parsed = parseRpcMessage(message);
  switch (parsed.kind) {
    case 'call':
      return encodeReply(parsed.xid, await dispatchCall(services, parsed));
    case 'foreign-version':
      return encodeReply(parsed.xid, {
        kind: 'rpc-mismatch',
        lowest: rpcVersion,
        highest: rpcVersion,
      });
    case 'reply':
    case 'malformed':
      return undefined;
  }
}
