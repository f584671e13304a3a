import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
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
 * Tells VISA clients where the core channel is, on the port that they know, TCP and UDP. Nobody else
 * can register with it. RFC 1833, section 3; VXI-11, section B.4.
 */
export class PortmapperServer {
  readonly #options: PortmapperServerOptions;
  readonly #listener: TcpListener;
  readonly #services: readonly RpcService[];
  readonly #connections = new Set<Socket>();
  #datagrams: DatagramSocket | undefined;

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
  }

  /** @throws LINK_COMMUNICATION when the port is taken, or this process may not have it */
  async open(): Promise<void> {
    try {
      await this.#listener.open();
    } catch (error) {
      throw unavailable(this.#options.host, error);
    }
    const { host, failed } = this.#options;
    const datagrams = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.#datagrams = datagrams;
    datagrams.on('message', (message, { address, port }) => {
      void this.#answer(message, address, port);
    });
    datagrams.bind(portmapperPort, host);
    try {
      await once(datagrams, 'listening');
    } catch (error) {
      await this.close();
      throw unavailable(this.#options.host, error);
    }
    datagrams.on('error', failed);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    const datagrams = this.#datagrams;
    this.#datagrams = undefined;
    datagrams?.close();
    for (const socket of this.#connections) socket.destroy();
    await this.#listener.close(async () => {});
  }

  async #answer(message: Uint8Array, address: string, port: number): Promise<void> {
    const reply = await answerRpc(this.#services, message);
    if (reply !== undefined) this.#datagrams?.send(reply, port, address);
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
        `Allow it with \`sudo setcap cap_net_bind_service=+ep ${process.execPath}\`; stop the portmapper ` +
        'that runs (rpcbind); or set `portmapper = false` in `[vxi11]`, for clients that can be told the port.',
    },
  );
}
