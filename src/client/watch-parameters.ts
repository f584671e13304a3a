import type { ErrorReport } from '../kernel/index.ts';
import { api } from './api-calls.ts';
import { eventsOf } from './event-source.ts';
import { readingOf } from './json-value.ts';
import type { JsonReading } from './json-value.ts';
import type { Transport } from './transport.ts';
import type { StreamOptions, WatchOptions } from './client-options.ts';
import type { GatewayEvent, WatchEvent } from './reports.ts';

/** Reads parameters again and again, until the loop is left. */
export async function* watchParameters(
  transport: Transport,
  parameters: readonly string[],
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void, undefined> {
  const { everyMs, maxAgeMs, lease } = options;
  const query = { parameters: parameters.join(','), everyMs, maxAgeMs };
  const call = { method: 'GET', path: api('watch'), query, lease: lease?.token } as const;
  for await (const { event, data } of eventsOf(transport, call, options)) {
    if (event === 'reading') {
      yield { kind: 'reading', reading: readingOf(JSON.parse(data) as JsonReading) };
    } else if (event === 'failure') {
      type Failure = { instrument: string; parameter: string; error: ErrorReport };
      yield { kind: 'failure', ...(JSON.parse(data) as Failure) };
    }
  }
}

/** What happens on the ports, or elsewhere, until the loop is left. */
export async function* watchEvents(
  transport: Transport,
  options: StreamOptions,
  path: readonly string[] = ['events'],
): AsyncGenerator<GatewayEvent, void, undefined> {
  const call = { method: 'GET', path: api(...path) } as const;
  for await (const { event, data } of eventsOf(transport, call, options)) {
    yield { event, data: JSON.parse(data) as GatewayEvent['data'] };
  }
}
