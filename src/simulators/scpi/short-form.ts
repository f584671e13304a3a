/**
 * A header with its keywords cut to their short forms, in capitals: `MEASure:VOLTage?` becomes
 * `MEAS:VOLT?`. A short form has four letters, or three where the fourth is a vowel. SCPI-99, 6.2.1.
 */
export function shortForm(header: string): string {
  if (header.startsWith('*')) return header.toUpperCase();
  return header
    .toUpperCase()
    .split(':')
    .map((part) => {
      const [, word = '', mark = ''] = /^([A-Z]+)(\??)$/.exec(part) ?? [];
      if (word.length <= 4) return part;
      const isVowel = 'AEIOU'.includes(word.charAt(3));
      return word.slice(0, isVowel ? 3 : 4) + mark;
    })
    .join(':');
}
