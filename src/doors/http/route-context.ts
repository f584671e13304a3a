import { didYouMean, SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Instrument, Parameter } from '../../instruments/index.ts';
import type { Port } from '../../ports/index.ts';
import type { Encoding, Hub } from '../../telemetry/index.ts';
import type { Directory } from '../door.ts';
import type { AccessGuard } from './access-guard.ts';
import type { Callers } from './callers.ts';
import type { Tasks } from './tasks.ts';
import type { LeaseDesk } from './lease-desk.ts';
import type { DoorLog } from './log.ts';
import type { RateLimits } from './rate-limits.ts';
import type { RequestCounts } from './request-counts.ts';
import type { HttpServices } from './services.ts';
import type { Streams } from './streams.ts';

/** What routes do their work with. */
export interface RouteContext {
  readonly directory: Directory;
  readonly services: HttpServices;
  readonly version: string;
  /** When the gateway began, ms since 1970. */
  readonly sinceMs: number;
  readonly clock: Clock;
  readonly log: DoorLog;
  readonly guard: AccessGuard;
  readonly rateLimits: RateLimits;
  readonly requestCounts: RequestCounts;
  readonly callers: Callers;
  readonly desk: LeaseDesk;
  readonly tasks: Tasks;
  readonly hub: Hub;
  /** How the hub's updates look as server-sent events. */
  readonly eventEncoding: Encoding;
  readonly streams: Streams;
}

/** @throws NOT_FOUND */
export function portOf({ ports }: Directory, name: string): Port {
  const port = ports.get(name);
  if (port !== undefined) return port;
  throw new SignalboxError(
    'NOT_FOUND',
    `there is no port '${name}'${didYouMean(name, ports.keys())}`,
    {
      details: { ports: [...ports.keys()] },
    },
  );
}

/** @throws NOT_FOUND */
export function instrumentOf({ instruments }: Directory, name: string): Instrument {
  const instrument = instruments.get(name);
  if (instrument !== undefined) return instrument;
  throw new SignalboxError(
    'NOT_FOUND',
    `there is no instrument '${name}'${didYouMean(name, instruments.keys())}`,
    {
      details: { instruments: [...instruments.keys()] },
    },
  );
}

/** A parameter by its name, or its number in digits. @throws NOT_FOUND */
export function parameterOf({ name, driver }: Instrument, text: string): Parameter {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  const parameter =
    driver.parameter(text) ?? (number === undefined ? undefined : driver.parameter(number));
  if (parameter !== undefined) return parameter;
  const names = driver.parameters.map((each) => each.name);
  throw new SignalboxError(
    'NOT_FOUND',
    `${name} has no parameter '${text}'${didYouMean(text, names)}`,
    {
      nextStep: `List them with \`signalbox read ${name} --list\`.`,
    },
  );
}
