/**
 * A header as the server's list has it: each word in its long form or in its capitals alone, `#` a
 * number, `[…]` may be left out. The server matches as the scpi-parser library does.
 */
export function headerPattern(written: string): RegExp {
  const source = written
    .replaceAll('?', '\\?')
    .replaceAll('[', '(?:')
    .replaceAll(']', ')?')
    .replaceAll(/[A-Za-z]+/g, (word) => {
      const short = word.replaceAll(/[a-z]/g, '');
      return short === word ? word : `(?:${word}|${short})`;
    })
    .replaceAll('#', '([12])');
  return new RegExp(`^${source}$`, 'i');
}
