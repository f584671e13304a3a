import { dataOf } from './dns-codec.ts';
import type { DnsCodec, DnsMessage, DnsQuestion, DnsRecord } from './dns-codec.ts';
import { isSameName } from './own-name.ts';

/** The first bit of a class: with it a unicast answer will do. RFC 6762, section 5.4. */
const unicastBit = 0x80_00;
const classes = { IN: 1, ANY: 255 } as const;

/** The records of those that there are that a question asks for. */
export function answersTo(question: DnsQuestion, all: readonly DnsRecord[]): DnsRecord[] {
  const { type, name } = question;
  const asked = classOf(question) & ~unicastBit;
  if (asked !== classes.IN && asked !== classes.ANY) return [];
  return all.filter((record) => {
    if (!isSameName(record.name, name)) return false;
    return type === 'ANY' || type === (record.type === 'NSEC' ? 'AAAA' : record.type);
  });
}

export function wantsUnicast(question: DnsQuestion): boolean {
  return (classOf(question) & unicastBit) !== 0;
}

/** Whether who asks said that it has the record, with at least half of its time. RFC 6762, section 7.1. */
export function isKnown(codec: DnsCodec, record: DnsRecord, { answers }: DnsMessage): boolean {
  return answers.some((known) => {
    if (known.type !== record.type || !isSameName(known.name, record.name)) return false;
    if (!('ttl' in known) || !('ttl' in record)) return false;
    const isFresh = (known.ttl ?? 0) >= (record.ttl ?? 0) / 2;
    return isFresh && dataOf(codec, known).equals(dataOf(codec, record));
  });
}

/** What who asked for a record will ask for next. RFC 6763, section 12. */
export function additionsTo(record: DnsRecord, all: readonly DnsRecord[]): DnsRecord[] {
  const named = (name: string): DnsRecord[] =>
    all.filter((each) => each.type !== 'PTR' && isSameName(each.name, name));
  if (record.type === 'SRV') return named(record.data.target);
  if (record.type !== 'PTR') return [];
  return named(record.data).flatMap((each) => [
    each,
    ...(each.type === 'SRV' ? named(each.data.target) : []),
  ]);
}

/** The codec has names for some classes only, and none for one with the bit. */
function classOf({ class: name = 'IN' }: DnsQuestion): number {
  if (name === 'IN' || name === 'ANY') return classes[name];
  return Number(/^UNKNOWN_(\d+)$/.exec(name)?.[1] ?? 0);
}
