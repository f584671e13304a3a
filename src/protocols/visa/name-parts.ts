import { SignalboxError } from '../../kernel/index.ts';

/** A resource name in pieces: `TCPIP`, `0`, [`10.0.0.7`, `inst0`, `INSTR`]. */
export interface NameParts {
  /** The interface, in upper case. */
  readonly head: string;
  /** What stands behind it before the first `::`: a board's number, a serial line's number or path. */
  readonly board: string;
  readonly parts: readonly string[];
}

/** Longest first: GPIB-VXI is not GPIB. */
const heads = ['GPIB-VXI', 'FIREWIRE', 'TCPIP', 'ASRL', 'GPIB', 'VICP', 'USB', 'PXI', 'VXI'];

/** Longer than any name that means something; an error names it only in part. */
const namedCharactersMost = 100;

/** Takes a name apart at each `::` that is in no brackets: those of an IPv6 address are not meant. */
export function splitName(name: string): NameParts {
  const [first = '', ...parts] = piecesOf(name.trim());
  const upper = first.toUpperCase();
  const head = heads.find((each) => upper.startsWith(each)) ?? upper;
  return { head, board: first.slice(head.length), parts };
}

function piecesOf(name: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  let isBracketed = false;
  for (let at = 0; at < name.length; at += 1) {
    const character = name[at];
    if (character === '[') isBracketed = true;
    else if (character === ']') isBracketed = false;
    else if (!isBracketed && character === ':' && name[at + 1] === ':') {
      pieces.push(name.slice(start, at));
      at += 1;
      start = at + 1;
    }
  }
  return [...pieces, name.slice(start)];
}

/** The host without the brackets of an IPv6 address. */
export function hostOf(text: string, fail: (reason: string) => Error): string {
  if (text === '') throw fail('its host is empty; an IPv6 address goes into brackets');
  const [, bracketed] = /^\[(.*)\]$/.exec(text) ?? [];
  if (bracketed !== undefined) {
    if (/^[0-9a-f:.]*:[0-9a-f:.]*(?:%[^\]]+)?$/i.test(bracketed)) return bracketed;
    throw fail(`'${bracketed}' is no IPv6 address`);
  }
  if (text.includes('@')) throw fail('it has credentials, which are not supported');
  if (text.includes(':')) throw fail(`'${text}' is no host; an IPv6 address goes into brackets`);
  if (/[\s[\]/,]/.test(text)) throw fail(`'${text}' is no host`);
  return text;
}

/** A number in decimal or, behind 0x, hexadecimal digits. */
export function numberOf(
  text: string,
  what: string,
  most: number,
  fail: (reason: string) => Error,
): number {
  const value = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw fail(`its ${what} is '${text}', and has to be a number from 0 to ${most}`);
}

/** The error for a name that means nothing. */
export function badName(name: string, reason: string, allowed: string): SignalboxError {
  const named = name.length > namedCharactersMost ? `${name.slice(0, namedCharactersMost)}…` : name;
  return new SignalboxError('BAD_ARGUMENT', `'${named}' is no resource name: ${reason}`, {
    nextStep: `Write ${allowed}.`,
    details: { name: named, allowed },
  });
}
