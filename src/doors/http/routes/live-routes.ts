import { z } from 'zod';

import { describeOwner } from '../../../kernel/index.ts';
import { LiveConnection } from '../live-connection.ts';
import { liveEncoding } from '../live-encoding.ts';
import { LiveSocket } from '../live-socket.ts';
import type { ServerSocket } from '../live-socket.ts';
import { introductionOf } from '../owner-book.ts';
import type { OwnerBook } from '../owner-book.ts';
import type { RouteContext } from '../route-context.ts';
import type { HttpServer } from '../zod-provider.ts';

const goingAway = 1001;
const unsupportedData = 1003;

/** OpenAPI has no words for a WebSocket, so the description of the whole tells of it. */
export const liveDescription: string =
  'A WebSocket at /api/v1/live takes requests, leases and watches that end with the connection: ' +
  'one JSON object a message. Requests have `id` and `type` (read, write, query, send, lease, ' +
  'renew, release, watch, unwatch, subscribe, unsubscribe, ping, cancel); answers have the same `id` and ' +
  'either `result` or `error`. Without being asked come `reading`, `failure`, `leaseEnded`, and of ' +
  'topics that were subscribed to `update` and `snapshot`. Where a token is ' +
  'needed, a browser sends it as the subprotocol `bearer.TOKEN` beside `signalbox`. /ws is the ' +
  'WebSocket of a miner monitor.';

/** Requests, leases and watches over one WebSocket (RFC 6455), which all end with it. */
export function liveRoutes(server: HttpServer, context: RouteContext, owners: OwnerBook): void {
  const short = z.string().max(200).optional();
  const schema = {
    querystring: z.object({ program: short, client: short, pid: short, user: short }),
  };
  const preHandler = async (): Promise<void> => context.streams.check();
  server.get('/api/v1/live', { schema, preHandler, websocket: true }, (raw, request) => {
    const socket = raw as unknown as ServerSocket;
    const introduction = { ...introductionOf(request.raw), ...request.query };
    const named = owners.of(request.raw, introduction);
    const { clock, hub, guard, log } = context;
    const live = new LiveSocket({
      socket,
      wire: request.raw.socket,
      clock,
      hub,
      encoding: liveEncoding,
      label: `live ${describeOwner(named)}`,
      checkAllowed: () => guard.checkAgain(request.raw),
      cut: (error) => log.info('a live connection was ended', { owner: named, error }),
    });
    const inside = owners.enter(named);
    const place = context.streams.add(() => {
      live.close(goingAway, 'the gateway closes');
      live.terminate();
    });
    live.gone.addEventListener(
      'abort',
      () => {
        inside[Symbol.dispose]();
        place[Symbol.dispose]();
      },
      { once: true },
    );
    // What it holds is the connection's own, not of all who give themselves the same name.
    const connection = new LiveConnection(context, live, { ...named });
    socket.on('message', (data, isBinary) => {
      if (live.gone.aborted) return;
      if (isBinary) live.close(unsupportedData, 'text only');
      else void connection.receive(new TextDecoder().decode(data));
    });
  });
}
