import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  cancellationError,
  onAbort,
  SignalboxError,
  throwIfCancelled,
} from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';

/** A connection that is silent for so long is asked whether the other side is still there. */
export const keepAliveMs = 30_000;

/** Where a server is: by name or address, or at a socket in the file system. */
export type SocketPlace =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

export type ConnectOptions = SocketPlace & {
  /** What the link calls itself, for errors. */
  readonly address: string;
  /** Any of them ends it. */
  readonly signals: readonly AbortSignal[];
};

/**
 * A connection, once it is there. Whoever gets it listens for its errors.
 * @throws LINK_COMMUNICATION, LINK_TIMEOUT, CANCELLED
 */
export async function connectSocket(options: ConnectOptions): Promise<Socket> {
  const { address, signals } = options;
  const what = `opening ${address}`;
  for (const signal of signals) throwIfCancelled(signal, what);
  const place =
    'path' in options ? { path: options.path } : { host: options.host, port: options.port };
  const socket = connect({ ...place, noDelay: true, keepAlive: true });
  socket.setKeepAlive(true, keepAliveMs);
  const connected = Promise.withResolvers<void>();
  socket.once('connect', connected.resolve);
  socket.once('error', connected.reject);
  socket.once('close', () => connected.reject(closed(address)));
  using cancelled = new DisposableStack();
  for (const signal of signals) {
    const cancel = (): void => connected.reject(cancellationError(signal, what));
    cancelled.use(onAbort(signal, cancel));
  }
  try {
    await connected.promise;
    for (const signal of signals) throwIfCancelled(signal, what);
    return socket;
  } catch (error) {
    socket.destroy();
    throw classifyLinkError(error, address, 'network');
  }
}

function closed(address: string): SignalboxError {
  return new SignalboxError('LINK_COMMUNICATION', `${address} is not open`, {
    details: { address },
  });
}
