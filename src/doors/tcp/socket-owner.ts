import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import { ClientOwner } from '../client-owner.ts';
import { connectedPrograms } from './tcp-programs.ts';
import type { TcpConnection } from './tcp-programs.ts';

/** So many connections wait to be named; further ones stay as they are. */
export const socketNamingsMost = 4_096;

interface Naming {
  readonly client: ClientOwner;
  readonly connection: TcpConnection;
}

let waiting: Naming[] = [];
let isLooking = false;

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
  if (isLocal && waiting.length < socketNamingsMost) {
    const own = { address: localAddress, tcpPort: localPort };
    const peer = { address: remoteAddress, tcpPort: remotePort };
    waiting.push({ client, connection: { own, peer } });
    if (!isLooking) void lookForAll();
  }
  return client;
}

/** One look at a time, for all who came until it begins. */
async function lookForAll(): Promise<void> {
  isLooking = true;
  while (waiting.length > 0) {
    const namings = waiting.filter(({ client }) => !client.isGone);
    waiting = [];
    // That it cannot be found out is no failure: a client may have left, or be another user's.
    const programs = await connectedPrograms(namings.map(({ connection }) => connection)).catch(
      () => [],
    );
    for (const [at, { client }] of namings.entries()) {
      const program = programs[at];
      if (program !== undefined) client.name(program);
    }
  }
  isLooking = false;
}
