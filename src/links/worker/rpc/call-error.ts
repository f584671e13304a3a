import { isSignalboxError, SignalboxError } from '../../../kernel/index.ts';
import type { ErrorCode } from '../../../kernel/index.ts';
import { encodeJsonRpc, jsonRpcErrors } from '../../../protocols/index.ts';
import type { JsonRpcError } from '../../../protocols/index.ts';

/** A text of the other side is cut there. */
const textLengthMost = 2_000;
/** The details of an error have so many bytes of their message at most; those beyond are left out. */
const detailsLengthMost = 65_536;

const listFunctions =
  'See what can be called with `signalbox call INSTRUMENT`, or in the code of the worker.';

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
  return new SignalboxError(code, `${what}: ${text}`, {
    details,
    ...(code === 'NOT_FOUND' ? { nextStep: listFunctions } : {}),
  });
}

/** The reply that a failed function has: short enough to travel, whatever the error holds. */
export function replyOfError(error: unknown): JsonRpcError {
  const message = textOf(error instanceof Error ? error.message : error).slice(0, textLengthMost);
  if (error instanceof RpcRefusal) return { code: error.rpcCode, message };
  if (!(error instanceof Error)) return { code: jsonRpcErrors.raised, message };
  const type = textOf(error.name).slice(0, textLengthMost);
  if (isSignalboxError(error)) {
    const report = error.toJSON();
    const nextStep = report.nextStep.slice(0, textLengthMost);
    const details = boundedDetails(report.details);
    const data = { type, signalbox: { ...report, message, nextStep, details } };
    return { code: jsonRpcErrors.raised, message, data };
  }
  const traceback = textOf(error.stack ?? '').slice(0, textLengthMost * 4);
  return { code: jsonRpcErrors.raised, message, data: { type, traceback } };
}

/** The details that may travel: each while there is room, and none that JSON cannot say. */
function boundedDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  let room = detailsLengthMost;
  return Object.fromEntries(
    Object.entries(details).filter(([name, value]) => {
      const length = lengthOnWire({ [name]: value });
      if (length > room) return false;
      room -= length;
      return true;
    }),
  );
}

/** How long such details make a reply, with the bytes of their arrays. */
function lengthOnWire(details: Readonly<Record<string, unknown>>): number {
  const error = { code: jsonRpcErrors.raised, message: '', data: { signalbox: { details } } };
  try {
    const { text, arrays } = encodeJsonRpc({ kind: 'failure', id: 0, error });
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, text.length);
  } catch {
    return Infinity;
  }
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
