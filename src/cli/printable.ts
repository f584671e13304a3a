/**
 * A text without what could steer a terminal: control characters (C0, DEL, C1) become `\x1b`. What
 * an instrument or another program sent must not move the cursor or change a title.
 */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    if (character === '\t') return ' ';
    return `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
  });
}
