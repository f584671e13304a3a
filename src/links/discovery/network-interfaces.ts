import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An IPv4 address of this machine that others can reach. */
export interface NetworkInterface {
  /** As the system calls it: `eth0`. */
  readonly name: string;
  readonly address: string;
  /** Reaches all machines of its network. RFC 919. */
  readonly broadcast: string;
  /** How many bits of the address are the network's. */
  readonly prefixLength: number;
}

/** Longer ones are of networks without a broadcast address. RFC 3021. */
const prefixWithBroadcastMost = 30;

/** All of this machine but loopback, each with an address to broadcast to. */
export function broadcastInterfaces(): readonly NetworkInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap(({ address, netmask, internal }) => {
      if (internal || !isIPv4(address)) return [];
      const mask = numberOf(netmask);
      const prefixLength = Math.clz32(~mask);
      if (prefixLength > prefixWithBroadcastMost) return [];
      return [{ name, address, broadcast: textOf(numberOf(address) | ~mask), prefixLength }];
    }),
  );
}

/** Whether an address is one of the network that an interface is in. */
export function isNeighbour({ address, prefixLength }: NetworkInterface, other: string): boolean {
  if (!isIPv4(other)) return false;
  const shift = 32 - prefixLength;
  return numberOf(address) >>> shift === numberOf(other) >>> shift;
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}
