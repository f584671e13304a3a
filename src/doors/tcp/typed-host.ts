import { broadcastInterfaces } from '../../links/index.ts';

const unspecified: readonly string[] = ['0.0.0.0', '::'];

/**
 * A host as programs type it in a resource name or a URL: an address of IPv6 in brackets, and in the place
 * of all addresses of this machine the first that other machines reach. VPP-4.3, section 4.3.1; RFC 3986,
 * section 3.2.2.
 */
export function typedHost(host: string): string {
  if (unspecified.includes(host)) return broadcastInterfaces()[0]?.address ?? '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
