import { readFile } from 'node:fs/promises';
import { findOpenPrograms } from '../../links/index.ts';
import type { OpenProgram } from '../../links/index.ts';

/** States of a TCP socket. Source: Linux include/net/tcp_states.h. */
const established = '01';
const listening = '0A';

/** One end of a connection. */
export interface TcpEnd {
  readonly address: string;
  readonly tcpPort: number;
}

/**
 * The program on this machine at the other end of a connection. Undefined when it is another machine,
 * another user's program or gone.
 * @param own this side, @param peer the other one
 */
export async function connectedProgram(
  own: TcpEnd,
  peer: TcpEnd,
): Promise<OpenProgram | undefined> {
  return await programOf(
    (entry) =>
      entry.state === established && isSame(entry.local, peer) && isSame(entry.remote, own),
  );
}

/** The program on this machine that listens where nobody else can then; undefined as above. */
export async function listeningProgram({
  address,
  tcpPort,
}: TcpEnd): Promise<OpenProgram | undefined> {
  return await programOf(
    ({ state, local }) =>
      state === listening &&
      local.tcpPort === tcpPort &&
      (isUnspecified(local.address) ||
        isUnspecified(address) ||
        local.address === plainAddress(address)),
  );
}

interface Entry {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  readonly state: string;
  readonly inode: string;
}

async function programOf(matches: (entry: Entry) => boolean): Promise<OpenProgram | undefined> {
  const found = (await entries()).find(matches);
  // A socket has no path, but its descriptor leads to this name. Source: man 5 proc.
  const { programs } =
    found === undefined ? { programs: [] } : await findOpenPrograms(`socket:[${found.inode}]`);
  return programs[0];
}

/** All TCP sockets of this machine. Source: Linux Documentation/networking/proc_net_tcp.rst. */
async function entries(): Promise<Entry[]> {
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
        return [{ local: endOf(local), remote: endOf(remote), state, inode }];
      }),
  );
}

/** `0100007F:1389` is 127.0.0.1:5001: words of four bytes, each in the machine's own order. */
function endOf(text: string): TcpEnd {
  const [digits = '', tcpPort = ''] = text.split(':');
  const bytes = (digits.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).reverse(),
  );
  return { address: addressOf(bytes), tcpPort: Number.parseInt(tcpPort, 16) };
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

function isSame(entry: TcpEnd, wanted: TcpEnd): boolean {
  return entry.tcpPort === wanted.tcpPort && entry.address === plainAddress(wanted.address);
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
