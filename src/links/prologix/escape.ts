const lineFeed = 0x0a;
const escape = 0x1b;

/** CR, LF, ESC and `+` mean something to an adapter. Prologix GPIB-USB manual, section 7.1. */
const special: ReadonlySet<number> = new Set([0x0d, lineFeed, escape, 0x2b]);

/** A message as an adapter takes it: each special byte behind an ESC, and a line feed at the end. */
export function escapeMessage(data: Uint8Array): Uint8Array {
  let extra = 1;
  for (const byte of data) if (special.has(byte)) extra += 1;
  const escaped = new Uint8Array(data.length + extra);
  let to = 0;
  for (const byte of data) {
    if (special.has(byte)) escaped[to++] = escape;
    escaped[to++] = byte;
  }
  escaped[to] = lineFeed;
  return escaped;
}
