import { SignalboxError } from '../../kernel/index.ts';

/** A range with more addresses is refused: a /16 has so many. */
export const rangeAddressesMost = 65_536;

/** Addresses of one's own networks. RFC 1918; RFC 6598; RFC 3927; RFC 1122, 3.2.1.3. */
const privateRanges: readonly (readonly [network: string, bits: number])[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
];

/** The addresses of a network. */
export interface AddressRange extends Iterable<string> {
  /** As it is usually written: `192.168.1.0/24`. */
  readonly text: string;
  readonly size: number;
}

/**
 * The addresses of `192.168.1.0/24`, or of one address. Of a network with more than two, its own address and
 * that of its broadcast are left out. RFC 4632.
 * @throws BAD_ARGUMENT for what is no IPv4 network, has more than {@link rangeAddressesMost} addresses, or is not
 *   one's own
 */
export function addressRange(text: string): AddressRange {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2}))?$/.exec(text.trim());
  const address = numberOf(match?.[1] ?? '');
  const bits = Number(match?.[2] ?? 32);
  if (match === null || address === undefined || bits > 32) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `'${text.slice(0, 40)}' is no network like 192.168.1.0/24`,
    );
  }
  const count = 2 ** (32 - bits);
  const first = Math.floor(address / count) * count;
  const name = `${textOf(first)}/${bits}`;
  if (count > rangeAddressesMost) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `${name} has ${count} addresses, more than the ${rangeAddressesMost} of a /16`,
      { nextStep: 'Name the part of it that your devices are in.' },
    );
  }
  if (!isPrivate(first) || !isPrivate(first + count - 1)) {
    throw new SignalboxError('BAD_ARGUMENT', `${name} is not a network of your own`, {
      nextStep: 'Devices are looked for in private networks alone: 10/8, 172.16/12, 192.168/16.',
    });
  }
  const [from, size] = count > 2 ? [first + 1, count - 2] : [first, count];
  return {
    text: name,
    size,
    *[Symbol.iterator]() {
      for (let offset = 0; offset < size; offset += 1) yield textOf(from + offset);
    },
  };
}

function isPrivate(address: number): boolean {
  return privateRanges.some(([network, bits]) => {
    const count = 2 ** (32 - bits);
    const first = numberOf(network) ?? 0;
    return address >= first && address < first + count;
  });
}

function numberOf(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
