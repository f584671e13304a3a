import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import { ClientOwner, nameClient } from '../client-owner.ts';
import { connectedProgram } from './tcp-programs.ts';

/** The one at the other end of a connection: which program it is, where it runs on this machine. */
export function socketOwner(
  socket: Socket,
  { id, door }: { readonly id: string; readonly door: string },
  clock: Clock,
): ClientOwner {
  const { remoteAddress = 'unknown', remotePort = 0, localAddress = '', localPort = 0 } = socket;
  const isLocal = remoteAddress === localAddress || /^(::ffff:)?127\.|^::1$/.test(remoteAddress);
  const client = new ClientOwner(
    {
      id,
      program: `a program at ${remoteAddress}:${remotePort}`,
      door,
      ...(isLocal ? {} : { host: remoteAddress }),
    },
    clock,
  );
  if (isLocal) {
    const own = { address: localAddress, tcpPort: localPort };
    const peer = { address: remoteAddress, tcpPort: remotePort };
    nameClient(client, async () => await connectedProgram(own, peer));
  }
  return client;
}
