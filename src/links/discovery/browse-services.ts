import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { sleep, systemClock } from '../../kernel/index.ts';
import type { SearchOptions } from './find-vxi11-servers.ts';
import { multicastDns } from './multicast-dns.ts';
import { isNeighbour } from './network-interfaces.ts';
import type { NetworkInterface } from './network-interfaces.ts';
import { ServiceRecords } from './service-records.ts';
import type { FoundService } from './found-service.ts';

const { port: mdnsPort, group: mdnsGroup, hops: mdnsHops } = multicastDns;
/** When the question is asked again; the last wait is for answers only. RFC 6762, section 5.2. */
const waitsMs: readonly number[] = [1_000, 1_000, 1_000];

/**
 * Asks by multicast DNS who offers services of some types. RFC 6762; RFC 6763.
 * @param types as `_hislip._tcp`
 * @throws CANCELLED; LINK_COMMUNICATION is none: an interface without multicast has nobody to answer
 */
export async function browseServices(
  types: readonly string[],
  { interfaces, signal, clock = systemClock }: SearchOptions,
): Promise<FoundService[]> {
  const { decode, encode } = await import('dns-packet');
  const records = new ServiceRecords(types);
  const listenTo = async (near: NetworkInterface): Promise<void> => {
    // Whoever answers for this machine has the port, too. RFC 6762, section 15.1.
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    try {
      socket.on('message', (message, { address, port }) => {
        // What comes from elsewhere, or another port, is no answer. RFC 6762, sections 6 and 11.
        if (port !== mdnsPort || !isNeighbour(near, address)) return;
        try {
          records.add(decode(message), near);
        } catch {
          // Anybody may send anything to a group.
        }
      });
      socket.bind(mdnsPort);
      await once(socket, 'listening');
      socket.on('error', () => {});
      socket.addMembership(mdnsGroup, near.address);
      socket.setMulticastInterface(near.address);
      socket.setMulticastTTL(mdnsHops);
      for (const waitMs of waitsMs) {
        const names = types.map((type) => ({ type: 'PTR', name: `${type}.local` }) as const);
        const questions = [...names, ...records.openQuestions()].slice(0, questionsMost);
        socket.send(encode({ type: 'query', questions }), mdnsPort, mdnsGroup, () => {});
        await sleep(clock, waitMs, signal);
      }
    } finally {
      socket.close();
    }
  };
  await Promise.all(interfaces.map(listenTo));
  return records.services();
}

/** So that a question fits into one packet of a network. RFC 6762, section 17. */
const questionsMost = 20;
