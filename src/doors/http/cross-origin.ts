import type { AccessGuard } from './access-guard.ts';

const preflightKeptSeconds = '600';

/** What lets a page of another origin that was named in the configuration read answers (CORS). */
export function crossOriginHeaders(
  guard: AccessGuard,
  origin: string | undefined,
): Record<string, string> {
  if (origin === undefined || !guard.isNamedOrigin(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    vary: 'Origin',
    'cross-origin-resource-policy': 'cross-origin',
  };
}

/** The same for the question that a browser asks beforehand. */
export function preflightHeaders(
  guard: AccessGuard,
  origin: string | undefined,
): Record<string, string> {
  if (origin === undefined || !guard.isNamedOrigin(origin)) return {};
  return {
    ...crossOriginHeaders(guard, origin),
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers':
      'Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Signalbox-Client, Signalbox-Lease, Signalbox-Program',
    'access-control-max-age': preflightKeptSeconds,
  };
}
