import type { z } from 'zod';

import { errorCatalogue } from '../../kernel/index.ts';
import type { ErrorCode } from '../../kernel/index.ts';
import { errorBodyOf } from './schemas.ts';

/** What any route may come to, before it has done anything. */
const anywhere: readonly ErrorCode[] = [
  'BAD_ARGUMENT',
  'AUTHENTICATION_REQUIRED',
  'FORBIDDEN',
  'QUEUE_FULL',
  'RATE_LIMITED',
  'CLOSED',
  'INTERNAL',
];

/** What a wait for a port, or for a lease of it, may come to. */
export const inLine: readonly ErrorCode[] = [
  'NOT_FOUND',
  'WAIT_TIMEOUT',
  'CANCELLED',
  'DEADLOCK',
  'LEASE_LOST',
  'LEASE_HELD',
  'PORT_RELEASED',
  'PORT_ABSENT',
  'PORT_BUSY',
  'LINK_USB',
  'LINK_COMMUNICATION',
  'LINK_PROTOCOL',
  'LINK_TIMEOUT',
];

/** What an exchange with an instrument may come to. */
export const onTheWire: readonly ErrorCode[] = [
  ...inLine,
  'INSTRUMENT_TIMEOUT',
  'INSTRUMENT_ERROR',
  'INSTRUMENT_OFFLINE',
  'REPLY_MALFORMED',
  'RATE_LIMITED',
  'SIGN_IN_REQUIRED',
  'PREMIUM_REQUIRED',
  'PLAYER_IDLE',
  'PLAYER_DEVICE_MISSING',
  'PLAYER_REFUSED',
];

/** What a write may come to besides. */
export const inAWrite: readonly ErrorCode[] = [
  ...onTheWire,
  'VALUE_INVALID',
  'VALUE_OUT_OF_RANGE',
  'READ_ONLY',
  'SECURED',
  'OUTCOME_UNKNOWN',
];

/** What a call to a worker may come to besides. */
export const ofAWorker: readonly ErrorCode[] = [
  'WORKER_BUSY',
  'WORKER_UNAVAILABLE',
  'WORKER_LOST',
  'WORKER_FAILED',
  'WORKER_PROTOCOL',
];

/** What a change of the configuration may come to. */
export const inAConfiguration: readonly ErrorCode[] = [
  'NOT_FOUND',
  'LEASE_LOST',
  'VALUE_INVALID',
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'CONFIG_CONFLICT',
  'CONFIG_READ_ONLY',
  'CONFIG_WRITE_FAILED',
  'WAIT_TIMEOUT',
  'CANCELLED',
];

/** How a route may fail, by HTTP status: for its description. What any route may come to is added. */
export function failures(...codes: readonly ErrorCode[]): Readonly<Record<number, z.ZodType>> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...anywhere, ...codes])) {
    const { httpStatus } = errorCatalogue[code];
    byStatus.set(httpStatus, [...(byStatus.get(httpStatus) ?? []), code]);
  }
  return Object.fromEntries(
    Array.from(byStatus, ([status, ofStatus]) => [status, describedBodyOf(ofStatus)]),
  );
}

/** Of all routes that may fail alike it is one: a schema takes several kilobytes, and there are hundreds of routes. */
const described = new Map<string, z.ZodType>();

function describedBodyOf(codes: readonly ErrorCode[]): z.ZodType {
  const key = codes.join(' ');
  const known = described.get(key);
  if (known !== undefined) return known;
  const meanings = codes.map((code) => `${code}: ${errorCatalogue[code].meaning}`);
  const body = errorBodyOf(codes).describe(meanings.join(' '));
  described.set(key, body);
  return body;
}
