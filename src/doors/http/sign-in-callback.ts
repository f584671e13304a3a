/**
 * Whether a path is that to which a service sends a browser back. It comes from a page of the service,
 * and without a token; it shows instead, once, what was given to it when it was sent there.
 */
export function isSignInCallback(path: string): boolean {
  return /^\/api\/players\/[^/]+\/callback$/.test(path);
}
