import type { RpcAuth } from './auth.ts';

/** The version of the RPC protocol that is spoken here. RFC 5531, section 9. */
export const rpcVersion = 2;

/** A call of one procedure. RFC 5531, section 9. */
export interface RpcCall {
  readonly kind: 'call';
  /** Comes back in the reply, so that the caller knows to which call it belongs. */
  readonly xid: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly credential: RpcAuth;
  readonly verifier: RpcAuth;
  /** The arguments, in XDR. */
  readonly args: Uint8Array;
}

/** What became of a call. RFC 5531, section 9. */
export type RpcOutcome =
  /** SUCCESS: the results, in XDR. */
  | { readonly kind: 'success'; readonly results: Uint8Array }
  /** PROG_UNAVAIL: nobody serves the program here. */
  | { readonly kind: 'program-unavailable' }
  /** PROG_MISMATCH: the program is served, in these versions. */
  | { readonly kind: 'program-mismatch'; readonly lowest: number; readonly highest: number }
  /** PROC_UNAVAIL: the program has no such procedure. */
  | { readonly kind: 'procedure-unavailable' }
  /** GARBAGE_ARGS: the arguments could not be read. */
  | { readonly kind: 'garbage-arguments' }
  /** SYSTEM_ERR: the server itself failed. */
  | { readonly kind: 'system-error' }
  /** RPC_MISMATCH: the server speaks these versions of RPC. */
  | { readonly kind: 'rpc-mismatch'; readonly lowest: number; readonly highest: number }
  /** AUTH_ERROR: the caller is not let in; see {@link rpcAuthErrors}. */
  | { readonly kind: 'authentication-error'; readonly reason: number };

/** Why a caller is not let in. RFC 5531, section 9. */
export const rpcAuthErrors: {
  readonly badCredential: 1;
  readonly rejectedCredential: 2;
  readonly badVerifier: 3;
  readonly rejectedVerifier: 4;
  readonly tooWeak: 5;
  readonly invalidResponse: 6;
  readonly failed: 7;
} = {
  badCredential: 1,
  rejectedCredential: 2,
  badVerifier: 3,
  rejectedVerifier: 4,
  tooWeak: 5,
  invalidResponse: 6,
  failed: 7,
};

/** The reply to a call. RFC 5531, section 9. */
export interface RpcReply {
  readonly kind: 'reply';
  readonly xid: number;
  /** Of the server; a denied call's reply has none, and is read as if it had an empty one. */
  readonly verifier: RpcAuth;
  readonly outcome: RpcOutcome;
}

/** What came as a message. */
export type RpcMessage =
  | RpcCall
  | RpcReply
  /** A call in another version of RPC: answered with `rpc-mismatch`. */
  | { readonly kind: 'foreign-version'; readonly xid: number; readonly rpcVersion: number }
  /** No RPC message, or one that breaks off. */
  | { readonly kind: 'malformed'; readonly reason: string };
