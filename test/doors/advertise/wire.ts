/** Messages of the domain name system, byte by byte. RFC 1035, section 4.1; nothing here is Signalbox's own. */
export const types = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, NSEC: 47, ANY: 255 } as const;
export type TypeName = keyof typeof types;

/** A class, with the bit that stands for a unicast question, or for the only record of its kind. */
export const internet = 0x0001;
export const withBit = 0x8001;

export interface WireQuestion {
  readonly name: readonly string[];
  readonly type: TypeName;
  readonly class?: number;
}
export interface WireRecord extends WireQuestion {
  readonly ttl: number;
  readonly data: readonly number[];
}
export interface WireMessage {
  readonly id?: number;
  readonly flags?: number;
  readonly questions?: readonly WireQuestion[];
  readonly answers?: readonly WireRecord[];
  readonly authorities?: readonly WireRecord[];
}

export const u16 = (value: number): number[] => [value >> 8, value & 0xff];
export const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [bytes.length, ...bytes];
};
export const labels = (name: readonly string[]): number[] => [...name.flatMap(text), 0];
export const srvData = (port: number, target: readonly string[]): number[] => [
  ...u16(0),
  ...u16(0),
  ...u16(port),
  ...labels(target),
];

const question = ({ name, type, class: klass = internet }: WireQuestion): number[] => [
  ...labels(name),
  ...u16(types[type]),
  ...u16(klass),
];
const record = ({ ttl, data, ...each }: WireRecord): number[] => [
  ...question(each),
  ...u16(ttl >> 16),
  ...u16(ttl & 0xffff),
  ...u16(data.length),
  ...data,
];

export function bytesOf(message: WireMessage): Uint8Array {
  const { id = 0, flags = 0, questions = [], answers = [], authorities = [] } = message;
  const counts = [questions, answers, authorities, []].flatMap(({ length }) => u16(length));
  return Uint8Array.from([
    ...u16(id),
    ...u16(flags),
    ...counts,
    ...questions.flatMap(question),
    ...answers.flatMap(record),
    ...authorities.flatMap(record),
  ]);
}

/** A record as it came: `TYPE name class ttl data`, the data of addresses and services in words. */
export interface ReadMessage {
  readonly id: number;
  readonly flags: number;
  readonly questions: readonly string[];
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
}

export function read(bytes: Uint8Array): ReadMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const number = (length: 1 | 2 | 4): number => {
    at += length;
    if (length === 1) return view.getUint8(at - 1);
    return length === 2 ? view.getUint16(at - 2) : view.getUint32(at - 4);
  };
  const string = (length: number): string => {
    at += length;
    return new TextDecoder().decode(bytes.subarray(at - length, at));
  };
  const name = (): string => {
    const parts: string[] = [];
    for (let length = number(1); length > 0; length = number(1)) parts.push(string(length));
    return parts.join('.');
  };
  const typed = (): { readonly type: string; readonly words: string } => {
    const words = name();
    const value = number(2);
    const type = Object.entries(types).find(([, each]) => each === value)?.[0] ?? String(value);
    return { type, words: `${type} ${words} ${number(2).toString(16)}` };
  };
  const data = (type: string, end: number): string => {
    if (type === 'A') return [number(1), number(1), number(1), number(1)].join('.');
    if (type === 'PTR') return name();
    if (type === 'SRV') return `${number(2)} ${number(2)} ${number(2)} ${name()}`;
    if (type !== 'TXT') return '';
    const strings: string[] = [];
    for (let length = end - at; length > 0; length = end - at) strings.push(string(number(1)));
    return strings.join(' ');
  };
  const whole = (): string => {
    const { type, words } = typed();
    const ttl = number(4);
    const length = number(2);
    const end = at + length;
    const line = `${words} ${ttl} ${data(type, end)}`;
    at = end;
    return line;
  };
  const [id, flags] = [number(2), number(2)];
  const counts = [number(2), number(2), number(2), number(2)] as const;
  const list = (length: number, each: () => string): string[] => Array.from({ length }, each);
  return {
    id,
    flags,
    questions: list(counts[0], () => typed().words),
    answers: list(counts[1], whole),
    authorities: list(counts[2], whole),
    additionals: list(counts[3], whole),
  };
}
