import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { isSignalboxError, sleep, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  encodeCall,
  parseRpcMessage,
  portmapper,
  portmapperPort,
  portmapperProtocols,
  resultsOf,
  vxi11Core,
} from '../../protocols/index.ts';
import { isNeighbour } from './network-interfaces.ts';
import type { NetworkInterface } from './network-interfaces.ts';

/** A server that has not said by then where its core channel is does not. */
export const vxi11ListenMs = 2_000;
/** More servers are not listed. */
export const vxi11ServersMost = 1_024;
/** A datagram may get lost: everybody is asked so often. */
const questions = 2;
const xidsMost = 0x7fff_ffff;

/** Where the core channel of a VXI-11 server is. */
export interface FoundVxi11Server {
  readonly address: string;
  readonly tcpPort: number;
}

export interface SearchOptions {
  /** In whose networks to search. */
  readonly interfaces: readonly NetworkInterface[];
  readonly signal: AbortSignal;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Asks all machines of some networks at once for their VXI-11 core channel: the portmapper's GETPORT
 * as a broadcast, which VISA programs search with. RFC 1833, section 3; VXI-11, section B.4.
 * @throws CANCELLED
 */
export async function findVxi11Servers({
  interfaces,
  signal,
  clock = systemClock,
}: SearchOptions): Promise<FoundVxi11Server[]> {
  const found = new Map<string, FoundVxi11Server>();
  const listenTo = async (near: NetworkInterface): Promise<void> => {
    const socket = createSocket('udp4');
    try {
      const xid = randomInt(xidsMost);
      socket.on('message', (message, { address }) => {
        // Who searches is not to be sent into other networks.
        if (!isNeighbour(near, address)) return;
        const tcpPort = tcpPortIn(message, xid);
        if (tcpPort === 0 || found.size >= vxi11ServersMost) return;
        found.set(address, { address, tcpPort });
      });
      socket.bind(0, near.address);
      await once(socket, 'listening');
      // A network that goes away while it is searched has nobody in it.
      socket.on('error', () => {});
      socket.setBroadcast(true);
      for (let question = 0; question < questions; question += 1) {
        socket.send(questionWith(xid), portmapperPort, near.broadcast, () => {});
        await sleep(clock, vxi11ListenMs / questions, signal);
      }
    } finally {
      socket.close();
    }
  };
  await Promise.all(interfaces.map(listenTo));
  return [...found.values()];
}

function questionWith(xid: number): Uint8Array {
  const { program, version } = vxi11Core;
  const mapping = { program, version, protocol: portmapperProtocols.tcp, port: 0 };
  return encodeCall(portmapper, 'getPort', mapping, { xid });
}

/** @returns 0 for what is no answer to this question */
function tcpPortIn(message: Uint8Array, xid: number): number {
  const reply = parseRpcMessage(message);
  if (reply.kind !== 'reply' || reply.xid !== xid) return 0;
  try {
    const port = resultsOf(portmapper, 'getPort', reply);
    return port <= 65_535 ? port : 0;
  } catch (error) {
    if (isSignalboxError(error)) return 0;
    throw error;
  }
}
