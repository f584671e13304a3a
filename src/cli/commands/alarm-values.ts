import { InvalidArgumentError } from 'commander';

/** As examples name it. */
export const someMusic = 'spotify:playlist:37i9dQZF1DXcBWIGoYBM5M';

/** Takes whole numbers within limits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most)
      return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
  };
}

/** What can be played: a URI, or the link that Spotify's `Share` gives. @throws InvalidArgumentError */
export function playable(text: string): string {
  const link = /^https:\/\/open\.spotify\.com\/(?:intl-\w+\/)?(\w+)\/(\w{22})(?:\?.*)?$/.exec(text);
  const uri = link === null ? text : `spotify:${link[1]}:${link[2]}`;
  if (/^spotify:(playlist|album|artist|track):[A-Za-z0-9]{22}$/.test(uri)) return uri;
  throw new InvalidArgumentError(
    'spotify:playlist:… (or album, artist, track) with 22 letters and digits, or a link to it',
  );
}

/** A time of the day. @throws InvalidArgumentError */
export function timeOfDay(text: string): string {
  if (/^([01]?\d|2[0-3]):[0-5]\d$/.test(text)) return text.padStart(5, '0');
  throw new InvalidArgumentError('a time of the day: 06:30');
}
