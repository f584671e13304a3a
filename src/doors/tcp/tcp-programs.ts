import { readFile } from 'node:fs/promises';
import { findSocketPrograms } from '../../links/index.ts';
import type { OpenProgram } from '../../links/index.ts';

/** States of a TCP socket. Source: Linux include/net/tcp_states.h. */
const established = '01';
const listening = '0A';

/** One end of a connection. */
export interface TcpEnd {
  readonly address: string;
  readonly tcpPort: number;
}

/** Both ends of a connection: this side, and the other one. */
export interface TcpConnection {
  readonly own: TcpEnd;
  readonly peer: TcpEnd;
}

/**
 * The programs on this machine at the other ends of connections, all found by one look. Undefined for
 * another machine, another user's program, and one that is gone.
 */
export async function connectedPrograms(
  connections: readonly TcpConnection[],
): Promise<readonly (OpenProgram | undefined)[]> {
  // Only what may be meant is taken apart: a busy machine has many sockets.
  const wantedPorts = new Set(connections.map(({ peer }) => peer.tcpPort));
  const inodes = new Map<string, string>();
  for (const { local, remote, state, inode } of await entries(wantedPorts)) {
    if (state === established) inodes.set(keyOf({ own: remote, peer: local }), inode);
  }
  const wanted = connections.map((connection) => inodes.get(keyOf(connection)));
  const programs = await findSocketPrograms(new Set(wanted.filter((each) => each !== undefined)));
  return wanted.map((inode) => (inode === undefined ? undefined : programs.get(inode)));
}

function keyOf({ own, peer }: TcpConnection): string {
  return [own, peer].map(({ address, tcpPort }) => `${plainAddress(address)} ${tcpPort}`).join(' ');
}

/**
 * The program on this machine that listens where nobody else can then. Undefined when it is another
 * user's, or gone.
 */
export async function listeningProgram({
  address,
  tcpPort,
}: TcpEnd): Promise<OpenProgram | undefined> {
  const found = (await entries(new Set([tcpPort]))).find(
    ({ state, local }) =>
      state === listening &&
      (isUnspecified(local.address) ||
        isUnspecified(address) ||
        local.address === plainAddress(address)),
  );
  if (found === undefined) return undefined;
  return (await findSocketPrograms(new Set([found.inode]))).get(found.inode);
}

interface Entry {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  readonly state: string;
  readonly inode: string;
}

/**
 * The TCP sockets of this machine that have one of these ports.
 * Source: Linux Documentation/networking/proc_net_tcp.rst.
 */
async function entries(localPorts: ReadonlySet<number>): Promise<Entry[]> {
  const tables = await Promise.all(
    // Absent where there is no /proc: then nobody is known.
    ['tcp', 'tcp6'].map(
      async (name) => await readFile(`/proc/net/${name}`, 'utf8').catch(() => ''),
    ),
  );
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
        if (local === undefined || remote === undefined) return [];
        if (state === undefined || inode === undefined || inode === '0') return [];
        if (!localPorts.has(portOf(local))) return [];
        return [{ local: endOf(local), remote: endOf(remote), state, inode }];
      }),
  );
}

/** `0100007F:1389` is 127.0.0.1:5001: words of four bytes, each in the machine's own order. */
function endOf(text: string): TcpEnd {
  const [digits = ''] = text.split(':');
  const bytes = (digits.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).reverse(),
  );
  return { address: addressOf(bytes), tcpPort: portOf(text) };
}

function portOf(text: string): number {
  return Number.parseInt(text.slice(text.indexOf(':') + 1), 16);
}

function addressOf(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  return plainAddress(groups.join(':'));
}

/** An address in its one shortest form, IPv4 as such. */
function plainAddress(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  return URL.canParse(`http://[${address}]`)
    ? new URL(`http://[${address}]`).hostname.slice(1, -1)
    : address;
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
