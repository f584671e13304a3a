import { BlockTracker } from '../../protocols/index.ts';

/** One command or query of a program message. */
export interface MessageUnit {
  /** As it was written, but without a leading colon. */
  readonly header: string;
  readonly argument: string;
  /** The headers it can mean, the likeliest first. */
  readonly candidates: readonly string[];
}

/**
 * Cuts a program message into its units. A semicolon in quotes or in a block cuts nothing. A header
 * without a leading colon continues at the level of the one before it. SCPI-99, 6.2.4.
 */
export function messageUnits(message: string): MessageUnit[] {
  let path = '';
  return cut(message, ';').map((written) => {
    const [, wholeHeader = '', argument = ''] = /^(\S+)\s*(.*)$/s.exec(written) ?? [];
    const isRoot = wholeHeader.startsWith(':');
    const header = wholeHeader.replace(/^:/, '');
    if (header.startsWith('*')) return { header, argument, candidates: [header] };
    // What makes no sense at its level is tried at the root, as forgiving instruments do.
    const candidates = isRoot || path === '' ? [header] : [path + header, header];
    path = (isRoot ? header : path + header).replace(/[^:]*$/, '');
    return { header, argument, candidates };
  });
}

/** The arguments of a unit: what is between its commas. */
export function argumentsOf(argument: string): string[] {
  return cut(argument, ',');
}

/** Cuts a text, one character a byte, at a mark that is in no string and no block. */
function cut(text: string, mark: string): string[] {
  const pieces: string[] = [];
  const block = new BlockTracker();
  let quote = '';
  let start = 0;
  /** What is data stays as it is, blanks and all. */
  let dataEnd = 0;
  const finish = (end: number): void => {
    const from = Math.max(start, dataEnd);
    const piece = text.slice(start, from).trimStart() + text.slice(from, end).trimEnd();
    if (piece.trim() !== '') pieces.push(piece.trimStart());
    start = end + 1;
  };
  let at = 0;
  while (at < text.length) {
    const skipped = Math.min(block.bytesLeft, text.length - at);
    if (skipped > 0) {
      block.skip(skipped);
      at += skipped;
      dataEnd = at;
      continue;
    }
    const character = text.charAt(at);
    const mayBegin = quote === '' && /^$|[\s,]/.test(text.slice(Math.max(start, at - 1), at));
    const isBlock =
      (block.isOpen || (character === '#' && mayBegin)) && block.take(character.charCodeAt(0));
    at += 1;
    if (isBlock || quote !== '') {
      if (!isBlock && character === quote) quote = '';
      dataEnd = at;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === mark) finish(at - 1);
  }
  finish(text.length);
  return pieces;
}
