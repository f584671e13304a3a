import type { AdvertisedService } from './advertised-service.ts';
import type { DnsRecord } from './dns-codec.ts';
import { cut, OwnName } from './own-name.ts';

/** Of records that name a host or an address; of all others. RFC 6762, section 10. */
const hostTtlSeconds = 120;
const otherTtlSeconds = 4_500;
/** A string of a record has no more bytes. RFC 1035, section 3.3. */
const textBytesMost = 255;
/** Under it are the types that there are. RFC 6763, section 9. */
const typesName = '_services._dns-sd._udp.local';

/** A name, and the records that depend on it. */
export interface Claim {
  readonly own: OwnName;
  /** Those with `flush` are this machine's alone, the others are shared. */
  records(): readonly DnsRecord[];
}

/** The machine at one of its addresses. */
export function claimHost(address: string): Claim {
  const label = `signalbox-${address.replaceAll('.', '-')}`;
  const own = new OwnName(label, 'local', (number) => `-${number}`);
  return {
    own,
    records: () => {
      const common = { name: own.name, ttl: hostTtlSeconds, flush: true };
      // The second says that there is no other address, to who asks for one. RFC 6762, section 6.1.
      return [
        { ...common, type: 'A', data: address },
        { ...common, type: 'NSEC', data: { nextDomain: own.name, rrtypes: ['A'] } },
      ];
    },
  };
}

/** A service at a host. RFC 6763, sections 4 to 6. */
export function claimService(service: AdvertisedService, host: Claim): Claim {
  const { instance, tcpPort: port, facts } = service;
  const type = `${service.type}.local`;
  const own = new OwnName(instance, type, (number) => ` (${number})`);
  return {
    own,
    records: () => {
      const { name } = own;
      const target = host.own.name;
      const pairs = Object.entries({ txtvers: '1', ...facts() });
      // It may change when somebody asks the instrument what it is.
      const text = pairs.map(([key, value]) => cut(`${key}=${value}`, textBytesMost));
      return [
        { type: 'SRV', name, ttl: hostTtlSeconds, flush: true, data: { port, target } },
        { type: 'TXT', name, ttl: hostTtlSeconds, flush: true, data: text },
        { type: 'PTR', name: type, ttl: otherTtlSeconds, data: name },
        { type: 'PTR', name: typesName, ttl: otherTtlSeconds, data: type },
      ];
    },
  };
}

/** What a service takes back when it ends; address and types may still be somebody's. RFC 6762, section 10.1. */
export function farewell(claim: Claim): DnsRecord[] {
  const { name } = claim.own;
  return claim
    .records()
    .filter(({ type }) => type !== 'A' && type !== 'NSEC')
    .filter((record) => record.name === name || ('data' in record && record.data === name))
    .map((record) => ({ ...record, ttl: 0 }));
}
