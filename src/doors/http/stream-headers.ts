import type { FastifyRequest } from 'fastify';
import type { AccessGuard } from './access-guard.ts';
import { crossOriginHeaders } from './cross-origin.ts';
import { securityHeaders } from './security-headers.ts';

/** The headers of an answer that fastify does not send. */
export function streamHeaders(guard: AccessGuard, request: FastifyRequest): Record<string, string> {
  return { ...securityHeaders, ...crossOriginHeaders(guard, request.headers.origin) };
}
