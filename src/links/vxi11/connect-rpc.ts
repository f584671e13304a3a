import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { connectSocket } from '../tcp/connect-socket.ts';
import type { SocketPlace } from '../tcp/connect-socket.ts';
import { RpcClient } from './rpc-client.ts';

/** A longer reply is none: who is asked here, a portmapper, answers in a few numbers. */
const replyBytesMost = 1_024;

export interface RpcConnection extends AsyncDisposable {
  readonly client: RpcClient;
}

export interface ConnectRpcOptions {
  /** What it is called in errors. @default its place */
  readonly address?: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Ends the opening. */
  readonly signal: AbortSignal;
}

/**
 * Opens a connection to an RPC server for a few calls: on the network, or at a socket in the file system.
 * @throws LINK_COMMUNICATION when nobody listens there; CANCELLED
 */
export async function connectRpc(
  place: SocketPlace,
  { address = placeName(place), clock = systemClock, signal }: ConnectRpcOptions,
): Promise<RpcConnection> {
  const socket = await connectSocket({ ...place, address, signals: [signal] });
  const client = new RpcClient({ socket, address, clock, replyBytesMost });
  return {
    client,
    [Symbol.asyncDispose]: async () =>
      await client.close(new SignalboxError('CLOSED', `${address} was left`)),
  };
}

function placeName(place: SocketPlace): string {
  return 'path' in place ? place.path : `${place.host}:${place.port}`;
}
