import { messageNestingMost } from './limits.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Whether a line of JSON is nested deeper than {@link messageNestingMost}. */
export function isTooDeep(line: string): boolean {
  // A level has two brackets, so that most lines need no counting.
  if (line.length <= messageNestingMost * 2) return false;
  let depth = 0;
  for (let index = 0; index < line.length; index += 1) {
    switch (line.charCodeAt(index)) {
      case quote:
        index = endOfText(line, index);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > messageNestingMost) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
    }
  }
  return false;
}

/** Where the quote is that ends the text which begins at that one. */
function endOfText(line: string, start: number): number {
  for (let end = line.indexOf('"', start + 1); end !== -1; end = line.indexOf('"', end + 1)) {
    let escapes = 0;
    while (line.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return line.length;
}
