import { SignalboxError } from '../../kernel/index.ts';
import type { Outlet, Serve } from './outlet.ts';

/** Where a simulated instrument is to be found: one of the two. */
export interface OutletPlace {
  /** A pseudo-terminal at this stable path. */
  readonly path?: string;
  /** A raw socket on loopback; 0 takes a free one. */
  readonly tcpPort?: number;
  /** Whether a second TCP client is turned away. @default false */
  readonly isSingle?: boolean;
}

/** @throws BAD_ARGUMENT unless exactly one of path and tcpPort is given, and what outlets throw */
export async function openOutlet(place: OutletPlace, serve: Serve): Promise<Outlet> {
  const { path, tcpPort, isSingle = false } = place;
  if (path !== undefined && tcpPort === undefined) {
    const { PtyOutlet } = await import('./pty-outlet.ts');
    return await PtyOutlet.open(path, serve);
  }
  if (tcpPort !== undefined && path === undefined) {
    const { TcpOutlet } = await import('./tcp-outlet.ts');
    return await TcpOutlet.open({ tcpPort, isSingle }, serve);
  }
  throw new SignalboxError('BAD_ARGUMENT', 'a simulator needs either a path or a TCP port');
}
