/** The ASCII bytes of a text, with a `?` for each character that has none, cut to a length. */
export function asciiBytes(text: string, lengthMost: number): Uint8Array {
  const characters = Array.from(text).slice(0, lengthMost);
  return Uint8Array.from(characters, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return isPrintable(code) ? code : 0x3f;
  });
}

/** Whether a text is printable ASCII and no longer than that. */
export function isAscii(text: string, lengthMost: number): boolean {
  if (text.length > lengthMost) return false;
  return Array.from(text).every((character) => isPrintable(character.codePointAt(0) ?? 0));
}

/** The text of bytes, with a `?` for each that is no printable ASCII, so that it can go into a log. */
export function asciiText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCodePoint(isPrintable(byte) ? byte : 0x3f)).join(
    '',
  );
}

/** Whether all bytes are printable ASCII. */
export function areAscii(bytes: Uint8Array): boolean {
  return bytes.every(isPrintable);
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}
