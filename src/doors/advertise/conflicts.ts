import type { Claim } from './claims.ts';
import { dataOf } from './dns-codec.ts';
import type { DnsCodec, DnsMessage, DnsRecord } from './dns-codec.ts';
import { isSameName } from './own-name.ts';

/** What a claim has for itself alone, as it is told to others while it is probed for. RFC 6762, section 8.2. */
export function soleRecords(claim: Claim): DnsRecord[] {
  return claim
    .records()
    .filter((record) => record.type !== 'NSEC' && 'flush' in record && record.flush === true);
}

/** Whether somebody else says that it has the name. A goodbye says that it has no more. RFC 6762, section 9. */
export function isContested(codec: DnsCodec, claim: Claim, response: DnsMessage): boolean {
  const own = soleRecords(claim);
  return [...response.answers, ...response.additionals].some((theirs) => {
    if (!('ttl' in theirs) || theirs.ttl === 0) return false;
    const same = own.filter(
      ({ type, name }) => type === theirs.type && isSameName(name, theirs.name),
    );
    return same.length > 0 && !same.some((each) => isSameData(codec, each, theirs));
  });
}

/**
 * Whether somebody else probes for the name at the same time and goes first: whose records are later
 * in the order of their bytes. RFC 6762, section 8.2.
 */
export function isOutbid(codec: DnsCodec, claim: Claim, probe: DnsMessage): boolean {
  const theirs = probe.authorities.filter(({ name }) => isSameName(name, claim.own.name));
  if (theirs.length === 0) return false;
  return compareAll(bids(codec, soleRecords(claim)), bids(codec, theirs)) < 0;
}

/** Numbers of types, as they are compared. RFC 1035, section 3.2.2; RFC 2782. */
const typeNumbers: Readonly<Record<string, number>> = { A: 1, TXT: 16, SRV: 33 };

function bids(codec: DnsCodec, records: readonly DnsRecord[]): Buffer[] {
  return records
    .filter(({ type }) => type in typeNumbers)
    .map((record) => Buffer.of(typeNumbers[record.type] ?? 0, ...dataOf(codec, record)))
    .toSorted((a, b) => Buffer.compare(a, b));
}

function compareAll(ours: readonly Buffer[], theirs: readonly Buffer[]): number {
  for (const [index, one] of ours.entries()) {
    const other = theirs[index];
    // Who runs out of records first is earlier.
    if (other === undefined) return 1;
    const order = Buffer.compare(one, other);
    if (order !== 0) return order;
  }
  return ours.length - theirs.length;
}

function isSameData(codec: DnsCodec, one: DnsRecord, other: DnsRecord): boolean {
  if (one.type === 'SRV' && other.type === 'SRV') {
    const { port, target } = other.data;
    return one.data.port === port && isSameName(one.data.target, target);
  }
  // What it says of itself may have changed since it was cached; the name and place are the same.
  return one.type === 'TXT' || dataOf(codec, one).equals(dataOf(codec, other));
}
