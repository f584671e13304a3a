import { jsonRpcErrors } from './error-codes.ts';

/** What tells the calls of one side apart. JSON-RPC 2.0, section 4. */
export type JsonRpcId = number | string;

/** A failed call. JSON-RPC 2.0, section 5.1. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A message that wants a reply. JSON-RPC 2.0, section 4. */
export interface JsonRpcRequest {
  readonly kind: 'request';
  readonly id: JsonRpcId;
  readonly method: string;
  readonly params: unknown;
}

/** A message that wants none. JSON-RPC 2.0, section 4.1. */
export interface JsonRpcNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: unknown;
}

/**
 * A reply. Its id is undefined where an older worker sends none, and null where whoever answers could
 * not make out to what: JSON-RPC 2.0, section 5.
 */
export interface JsonRpcResult {
  readonly kind: 'result';
  readonly id: JsonRpcId | null | undefined;
  readonly result: unknown;
}

/** A reply that says why there is no result; its id as in {@link JsonRpcResult}. */
export interface JsonRpcFailure {
  readonly kind: 'failure';
  readonly id: JsonRpcId | null | undefined;
  readonly error: JsonRpcError;
}

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResult | JsonRpcFailure;

/** The message that a line of JSON stands for; undefined when it stands for none. */
export function messageOf(value: unknown): JsonRpcMessage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, method, params, result, error, status } = value as Readonly<Record<string, unknown>>;
  const isId = typeof id === 'number' || typeof id === 'string';
  if (method !== undefined) {
    if (typeof method !== 'string') return undefined;
    if (isId) return { kind: 'request', id, method, params };
    return id === undefined ? { kind: 'notification', method, params } : undefined;
  }
  if (!isId && id !== undefined && id !== null) return undefined;
  if (error !== undefined && error !== null) {
    if (!isError(error) || (result !== undefined && result !== null)) return undefined;
    return { kind: 'failure', id, error };
  }
  if (result !== undefined) return { kind: 'result', id, result };
  return status === undefined ? undefined : statusReply(id, value);
}

/** The form of workers from before JSON-RPC: `{"status": "ok" or "error", "data", "id"?}`. */
function statusReply(
  id: JsonRpcId | null | undefined,
  value: { readonly status?: unknown; readonly data?: unknown },
): JsonRpcMessage | undefined {
  const { status, data } = value;
  if (status === 'ok') return { kind: 'result', id, result: data ?? null };
  if (status !== 'error') return undefined;
  const message = typeof data === 'string' ? data : JSON.stringify(data ?? 'unknown error');
  return { kind: 'failure', id, error: { code: jsonRpcErrors.raised, message } };
}

function isError(value: unknown): value is JsonRpcError {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as Readonly<Record<string, unknown>>;
  return typeof code === 'number' && typeof message === 'string';
}
