import { describeOwner } from '../../../kernel/index.ts';
import { LiveSocket } from '../live-socket.ts';
import type { ServerSocket } from '../live-socket.ts';
import { MonitorConnection } from '../miner-monitor/monitor-connection.ts';
import { monitorEncoding } from '../miner-monitor/monitor-encoding.ts';
import { monitorSources } from '../miner-monitor/monitor-sources.ts';
import type { OwnerBook } from '../owner-book.ts';
import type { RouteContext } from '../route-context.ts';
import type { HttpServer } from '../zod-provider.ts';

const goingAway = 1001;
const unsupportedData = 1003;

/** The WebSocket of a miner monitor, for pages and programs that know no other: `/ws`. */
export function monitorSocketRoutes(
  server: HttpServer,
  context: RouteContext,
  owners: OwnerBook,
): void {
  const { clock, hub, guard, log, streams } = context;
  const sources = monitorSources(context);
  server.addHook('onClose', () => sources[Symbol.dispose]());
  let count = 0;
  const preHandler = async (): Promise<void> => streams.check();
  server.get('/ws', { preHandler, websocket: true }, (raw, request) => {
    const socket = raw as unknown as ServerSocket;
    const by = owners.of(request.raw);
    const live = new LiveSocket({
      socket,
      wire: request.raw.socket,
      clock,
      hub,
      encoding: monitorEncoding,
      label: `miner monitor ${describeOwner(by)}`,
      checkAllowed: () => guard.checkAgain(request.raw),
      cut: (error) => log.info('a miner monitor was ended', { owner: by, error }),
    });
    const inside = owners.enter(by);
    const place = streams.add(() => {
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
    const id = `client_${(count += 1)}`;
    const connection = new MonitorConnection({ socket: live, hub, clock, id });
    socket.on('message', (data, isBinary) => {
      if (live.gone.aborted) return;
      if (isBinary) live.close(unsupportedData, 'text only');
      else connection.receive(new TextDecoder().decode(data));
    });
  });
}
