import type { Socket } from 'node:net';
import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  answerRpc,
  portmapper,
  portmapperPort,
  portmapperProtocols,
  rpcService,
} from '../../protocols/index.ts';
import type { PortMapping, RpcService } from '../../protocols/index.ts';
import { TcpListener } from '../tcp/tcp-listener.ts';
import { PortmapperDatagrams } from './portmapper-datagrams.ts';
import { serveRpc } from './rpc-connection.ts';

/** More connections at once are turned away. */
const connectionsMost = 64;

export interface PortmapperServerOptions {
  readonly host: string;
  readonly clock: Clock;
  /** Which programs are served on this host, and where. */
  readonly mappings: () => readonly PortMapping[];
  readonly failed: (error: unknown) => void;
}

/**
 * Tells VISA clients where the core channel is, on the port that they know: TCP, UDP, and UDP to all
 * machines of the network, by which they search. Nobody else can register with it. RFC 1833, section
 * 3; VXI-11, section B.4.
 */
export class PortmapperServer {
  readonly #options: PortmapperServerOptions;
  readonly #listener: TcpListener;
  readonly #services: readonly RpcService[];
  readonly #connections = new Set<Socket>();
  readonly #datagrams: PortmapperDatagrams;

  constructor(options: PortmapperServerOptions) {
    this.#options = options;
    const { host, clock, mappings, failed } = options;
    this.#services = [
      rpcService(
        portmapper,
        {
          set: () => false,
          unset: () => false,
          getPort: ({ program, version, protocol }) =>
            mappings().find(
              (each) =>
                each.program === program &&
                each.protocol === protocol &&
                (each.version === version || version === 0),
            )?.port ?? 0,
          dump: () => [
            ...mappings(),
            ...Object.values(portmapperProtocols).map((protocol) => ({
              program: portmapper.program,
              version: portmapper.version,
              protocol,
              port: portmapperPort,
            })),
          ],
        },
        failed,
      ),
    ];
    this.#listener = new TcpListener({
      name: 'portmapper',
      kind: 'vxi11',
      host,
      tcpPort: portmapperPort,
      connectionsMost,
      clock,
      enter: (socket) => {
        this.#connections.add(socket);
        socket.once('close', () => void this.#connections.delete(socket));
        serveRpc(socket, this.#services);
      },
      failed: (_owner, _label, error) => failed(error),
    });
    this.#datagrams = new PortmapperDatagrams({
      host,
      udpPort: portmapperPort,
      answer: async (message) => await answerRpc(this.#services, message),
      failed,
    });
  }

  /** @throws LINK_COMMUNICATION when the port is taken, or this process may not have it */
  async open(): Promise<void> {
    try {
      await this.#listener.open();
      await this.#datagrams.open();
    } catch (error) {
      await this.close();
      throw unavailable(this.#options.host, error);
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#datagrams.close();
    for (const socket of this.#connections) socket.destroy();
    await this.#listener.close(async () => {});
  }
}

function unavailable(host: string, cause: unknown): SignalboxError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError(
    'LINK_COMMUNICATION',
    `VXI-11 clients ask on port ${portmapperPort} where they find their instrument, and that is not to be had: ${why}`,
    {
      details: { host, port: portmapperPort },
      cause,
      nextStep:
        `Allow it with \`sudo setcap cap_net_bind_service=+ep ${process.execPath}\`; let rpcbind run, ` +
        'which then is told of the instrument; or set `portmapper = false` in `[vxi11]`, for clients that can be told the port.',
    },
  );
}
