/**
 * Codes of JSON-RPC errors. The first five are those of JSON-RPC 2.0, section 5.1; `cancelled` is
 * that of the Language Server Protocol 3.17 (RequestCancelled there is -32800); the last three lie
 * in the range that section 5.1 leaves to servers.
 */
export const jsonRpcErrors = {
  parse: -32_700,
  invalidRequest: -32_600,
  noSuchFunction: -32_601,
  badParams: -32_602,
  internal: -32_603,
  cancelled: -32_800,
  raised: -32_000,
  queueFull: -32_001,
  draining: -32_002,
} as const;
