import type { DnsCodec, DnsMessage, DnsRecord } from './dns-codec.ts';

/** Longer messages would not fit into a packet of a network. RFC 6762, section 17. */
export const messageBytesMost = 1_440;
/** RFC 1035, section 4.1.1. */
const headerBytes = 12;

export type MessagePart = Partial<Omit<DnsMessage, 'isResponse'>>;

const nothing = { questions: [], answers: [], authorities: [], additionals: [] } as const;

/** Puts parts into as few messages as will do. A part that is too long by itself goes alone. */
export function packMessages(
  codec: DnsCodec,
  isResponse: boolean,
  parts: readonly MessagePart[],
): Uint8Array[] {
  const groups: MessagePart[][] = [];
  let left = 0;
  for (const part of parts) {
    // Names are written out, so that parts take as much room together as they do alone.
    const bytes = codec.encode({ ...nothing, ...part, isResponse }).length - headerBytes;
    const last = groups.at(-1);
    if (last === undefined || bytes > left) {
      groups.push([part]);
      left = messageBytesMost - headerBytes;
    } else {
      last.push(part);
    }
    left -= bytes;
  }
  return groups.map((group) => codec.encode(merged(isResponse, group)));
}

function merged(isResponse: boolean, parts: readonly MessagePart[]): DnsMessage {
  const answers = distinct(parts.flatMap((part) => part.answers ?? []));
  const said = new Set(answers.map(keyOf));
  return {
    ...parts[0],
    isResponse,
    questions: parts.flatMap(({ questions = [] }) => questions),
    answers,
    authorities: parts.flatMap(({ authorities = [] }) => authorities),
    additionals: distinct(parts.flatMap(({ additionals = [] }) => additionals)).filter(
      (record) => !said.has(keyOf(record)),
    ),
  };
}

/** One of a name and type, but for those that name others. */
export function keyOf(record: DnsRecord): string {
  const { name, type } = record;
  return `${type} ${name} ${type === 'PTR' ? record.data : ''}`.toLowerCase();
}

function distinct(records: readonly DnsRecord[]): DnsRecord[] {
  return [...new Map(records.map((record) => [keyOf(record), record])).values()];
}
