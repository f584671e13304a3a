import type { Answer, Question } from 'dns-packet';

/** A record of the domain name system; with `flush` it is the only one of its name and type. RFC 6762, section 10.2. */
export type DnsRecord = Answer;

/** What is asked; `class` has the bit by which a unicast answer is asked for. RFC 6762, section 5.4. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
  readonly class?: string | undefined;
}

/** A message, or a part of one. RFC 1035, section 4.1. */
export interface DnsMessage {
  readonly id?: number | undefined;
  /** What comes after the bit that tells a response. */
  readonly flags?: number | undefined;
  readonly isResponse: boolean;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** Bytes to messages and back. */
export interface DnsCodec {
  /** @returns undefined for what is no message */
  decode(bytes: Uint8Array): DnsMessage | undefined;
  encode(message: DnsMessage): Uint8Array;
}

/** Loads the codec, which only who is in a network needs. */
export async function loadDnsCodec(): Promise<DnsCodec> {
  const { decode, encode } = await import('dns-packet');
  return {
    decode: (bytes) => {
      try {
        const { buffer, byteOffset, byteLength } = bytes;
        const { flag_qr: isResponse, ...message } = decode(
          Buffer.from(buffer, byteOffset, byteLength),
        );
        const { questions = [], answers = [], authorities = [], additionals = [] } = message;
        return { ...message, isResponse, questions, answers, authorities, additionals };
      } catch {
        // Anybody may send anything to a group.
        return undefined;
      }
    },
    encode: ({ isResponse, questions, answers, authorities, additionals, ...header }) => {
      return encode({
        ...header,
        type: isResponse ? 'response' : 'query',
        // Its types leave out that everything may be asked for.
        questions: questions as Question[],
        answers: [...answers],
        authorities: [...authorities],
        additionals: [...additionals],
      });
    },
  };
}

/** The bytes of a record's data, by which two of one name and type are told apart. RFC 6762, section 8.2. */
export function dataOf(codec: DnsCodec, record: DnsRecord): Buffer {
  const bare: DnsRecord = { ...record, name: '.' };
  const nothing = { questions: [], authorities: [], additionals: [] };
  // A header, then a name of one byte, type, class, time to live and length.
  return Buffer.from(codec.encode({ isResponse: true, answers: [bare], ...nothing }).subarray(23));
}
