import type { TelnetToken } from '../../../src/protocols/index.ts';
import { toDigits } from '../hex.ts';

const verbs = ['will', 'wont', 'do', 'dont'];

/** Tokens in a line each; data that follows data is one. */
export function linesOf(tokens: readonly TelnetToken[]): string[] {
  const lines: string[] = [];
  let isData = false;
  for (const token of tokens) {
    const line = lineOf(token);
    if (isData && token.kind === 'data') lines.push((lines.pop() ?? '') + line);
    else lines.push(line);
    isData = token.kind === 'data';
  }
  return lines;
}

function lineOf(token: TelnetToken): string {
  switch (token.kind) {
    case 'data':
      return toDigits(token.data);
    case 'command':
      return `command ${token.command}`;
    case 'negotiation':
      return `${token.verb} ${token.option}`;
    case 'subnegotiation':
      return `option ${token.option}: ${toDigits(token.data)}`;
    case 'malformed':
      return 'malformed';
  }
}

/**
 * What a whole stream says, found in the plainest way: looks at all of it at once, and matches one
 * thing after the other at its beginning.
 */
export function linesIn(stream: Uint8Array, isBinary: boolean, contentMost: number): string[] {
  const lines: string[] = [];
  let data = '';
  let hasReturn = false;
  let at = 0;
  const flush = (): void => {
    if (data !== '') lines.push(data);
    data = '';
  };
  while (at < stream.length) {
    const byte = stream[at] ?? 0;
    const next = stream[at + 1];
    if (byte !== 255 || next === 255) {
      if (isBinary || byte !== 0 || !hasReturn) data += toDigits(Uint8Array.of(byte));
      hasReturn = byte === 13;
      at += byte === 255 ? 2 : 1;
      continue;
    }
    if (next === undefined) break;
    if (next >= 251) {
      const option = stream[at + 2];
      if (option === undefined) break;
      flush();
      lines.push(`${verbs[next - 251]} ${option}`);
      at += 3;
      continue;
    }
    if (next !== 250) {
      flush();
      lines.push(`command ${next}`);
      at += 2;
      continue;
    }
    const { content, end } = contentAt(stream, at + 2);
    if (end === undefined) break;
    flush();
    const isWhole = stream[end + 1] === 240;
    const [option, ...rest] = content;
    const isGood = isWhole && option !== undefined && content.length <= contentMost;
    lines.push(isGood ? `option ${option}: ${toDigits(Uint8Array.from(rest))}` : 'malformed');
    at = isWhole ? end + 2 : end;
  }
  flush();
  return lines;
}

/** What a subnegotiation holds, and where the command is that ends it. */
function contentAt(stream: Uint8Array, start: number): { content: number[]; end?: number } {
  const content: number[] = [];
  for (let at = start; at < stream.length; at += 1) {
    const byte = stream[at] ?? 0;
    if (byte === 255) {
      const next = stream[at + 1];
      if (next === undefined) return { content };
      if (next !== 255) return { content, end: at };
      at += 1;
    }
    content.push(byte);
  }
  return { content };
}
