import { isSignalboxError, SignalboxError } from '../../../kernel/index.ts';
import type { ErrorCode } from '../../../kernel/index.ts';
import { jsonRpcErrors } from '../../../protocols/index.ts';
import type { JsonRpcError } from '../../../protocols/index.ts';

/** A text of the other side is cut there. */
const textLengthMost = 2_000;

const codes: Readonly<Record<number, ErrorCode>> = {
  [jsonRpcErrors.parse]: 'WORKER_PROTOCOL',
  [jsonRpcErrors.invalidRequest]: 'WORKER_PROTOCOL',
  [jsonRpcErrors.noSuchFunction]: 'NOT_FOUND',
  [jsonRpcErrors.badParams]: 'BAD_ARGUMENT',
  [jsonRpcErrors.cancelled]: 'CANCELLED',
  [jsonRpcErrors.queueFull]: 'WORKER_BUSY',
  [jsonRpcErrors.draining]: 'WORKER_UNAVAILABLE',
};

/** The error that a reply stands for. */
export function errorOfReply(error: JsonRpcError, what: string): SignalboxError {
  const { type, traceback, signalbox } = fields(error.data);
  if (error.code === jsonRpcErrors.raised && signalbox !== undefined) {
    // An error of Signalbox comes as it was.
    const { code, message, details, nextStep } = fields(signalbox);
    if (typeof code === 'string' && typeof message === 'string') {
      return SignalboxError.fromReport({
        code: code as ErrorCode,
        message: message.slice(0, textLengthMost),
        ...(details === undefined ? {} : { details: fields(details) }),
        ...(typeof nextStep === 'string' ? { nextStep } : {}),
      });
    }
  }
  const code = codes[error.code] ?? 'WORKER_FAILED';
  const text = error.message.slice(0, textLengthMost);
  const details = {
    rpcCode: error.code,
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof traceback === 'string' ? { traceback: traceback.slice(-textLengthMost * 4) } : {}),
  };
  return new SignalboxError(code, `${what}: ${text}`, { details });
}

/** The reply that a failed function has. */
export function replyOfError(error: unknown): JsonRpcError {
  if (error instanceof RpcRefusal) return { code: error.rpcCode, message: error.message };
  if (isSignalboxError(error)) {
    const data = { type: error.name, signalbox: error.toJSON() };
    return { code: jsonRpcErrors.raised, message: error.message, data };
  }
  if (error instanceof Error) {
    const data = { type: error.name, traceback: (error.stack ?? '').slice(0, textLengthMost * 4) };
    return { code: jsonRpcErrors.raised, message: error.message, data };
  }
  return { code: jsonRpcErrors.raised, message: textOf(error) };
}

/** A call that is answered with one of JSON-RPC's own errors. */
export class RpcRefusal extends Error {
  readonly rpcCode: number;

  constructor(rpcCode: number, message: string) {
    super(message);
    this.name = 'RpcRefusal';
    this.rpcCode = rpcCode;
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'unknown error';
  }
}
