import { counter, histogram } from '../../telemetry/index.ts';
import type { MetricFamily } from '../../telemetry/index.ts';

/** Upper bounds of how long requests take, in seconds. */
const bounds: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];
/** The route of what leads to none. */
const noRoute = '(none)';
/** Methods of requests that lead to no route can be anything. */
const otherMethod = 'other';
const msPerSecond = 1_000;

interface Count {
  readonly method: string;
  readonly route: string;
  readonly byStatus: Map<number, number>;
  /** How many were at most as long as each bound and longer than the one before. */
  readonly within: number[];
  count: number;
  sumSeconds: number;
}

/** How many requests came by each route, and how long they took. Routes bound how much is kept. */
export class RequestCounts {
  readonly #counts = new Map<string, Count>();

  /** @param route as it is declared; undefined where the request led to none */
  add(method: string, route: string | undefined, status: number, tookMs: number): void {
    const known = route === undefined ? otherMethod : method;
    const key = `${known} ${route ?? noRoute}`;
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = {
        method: known,
        route: route ?? noRoute,
        byStatus: new Map(),
        within: bounds.map(() => 0),
        count: 0,
        sumSeconds: 0,
      };
      this.#counts.set(key, count);
    }
    const seconds = tookMs / msPerSecond;
    count.count += 1;
    count.sumSeconds += seconds;
    count.byStatus.set(status, (count.byStatus.get(status) ?? 0) + 1);
    const place = bounds.findIndex((bound) => seconds <= bound);
    if (place >= 0) count.within[place] = (count.within[place] ?? 0) + 1;
  }

  families(): MetricFamily[] {
    const counts = [...this.#counts.values()];
    return [
      counter(
        'signalbox_http_requests_total',
        'Requests that were answered, by route and status.',
        counts.flatMap(({ method, route, byStatus }) =>
          Array.from(byStatus, ([status, value]) => ({
            labels: { method, route, status: String(status) },
            value,
          })),
        ),
      ),
      histogram(
        'signalbox_http_request_duration_seconds',
        'How long requests took; streams, until their end.',
        counts.map(({ method, route, within, count, sumSeconds }) => {
          let before = 0;
          const atMost = within.map((each) => (before += each));
          return { labels: { method, route }, bounds, atMost, count, sum: sumSeconds };
        }),
      ),
    ];
  }
}
